// The door of every npm script: `node tools/run.mjs start`. Whatever goes wrong is told in one sentence.
// The syntax is plain, so that an old Node reaches its own sentence too.
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error('Halfstep needs Node 20 or newer; this is Node ' + process.versions.node + '.');
  process.exit(1);
}
process.chdir(decodeURIComponent(new URL('..', import.meta.url).pathname));
import('./' + process.argv[2] + '.mjs')
  .then(function (verb) {
    return verb.default(process.argv.slice(3));
  })
  .catch(function (error) {
    console.error(String((error && error.message) || error));
    process.exit(1);
  });
