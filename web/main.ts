import { App } from './app';
import { startTheme } from './components/theme';
import { connect } from './core/client';

startTheme();
const place = document.querySelector('#app')!;
try {
  const app = new App();
  app.lab = await connect();
  place.replaceChildren(app);
} catch (error) {
  const sentence = document.createElement('p');
  sentence.className = 'opening';
  sentence.setAttribute('role', 'alert');
  sentence.textContent = (error as Error).message;
  place.replaceChildren(sentence);
}
