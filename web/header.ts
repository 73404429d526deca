/** The slim header: the experiments, where to start from, the way back, what to take away. */
import { html, nothing, type SVGTemplateResult } from 'lit';
import { measureCommand } from './components/command';
import { icons } from './components/icons';
import { closeMenus, menu } from './components/menu';
import { numpyLines, whyNoNumpy } from './components/numpy';
import type { Copy } from './components/share';
import { turnTheme } from './components/theme';
import { presets } from './presets';
import type { Session } from './session';
import './components/share';

export const header = (session: Session) =>
  html`<header class="top">
    <a class="skip" href="#desk" @click=${skip}>Skip to the experiment</a>
    <h1 class="name"><a href="?" @click=${follow(session, '')}>Halfstep</a></h1>
    <nav class="tabs" aria-label="Experiments">
      ${session.words.experiments.map(({ id, title }) => {
        const query = session.query({ experiment: id });
        const here = id === session.state.experiment ? 'page' : nothing;
        return html`<a href=${query || '?'} aria-current=${here} @click=${follow(session, query)}
          >${title}</a
        >`;
      })}
    </nav>
    <div class="tools" role="group" aria-label="The state">
      ${menu('Presets', 'Presets', presetList(session))}
      ${tool('Undo', 'Undo (Ctrl+Z)', icons.undo, () => session.undo(), !session.canUndo)}
      ${tool('Redo', 'Redo (Ctrl+Shift+Z)', icons.redo, () => session.redo(), !session.canRedo)}
      ${tool('Reset', 'Reset every control', icons.reset, () => session.reset())}
      ${menu('Share', icons.share, html`<hs-share .copies=${copies(session)}></hs-share>`)}
      ${tool('Light or dark', 'Light or dark', icons.theme, turnTheme)}
    </div>
  </header>`;

const tool = (name: string, title: string, icon: SVGTemplateResult, act: () => void, disabled = false) =>
  html`<button
    type="button"
    class="tool"
    title=${title}
    aria-label=${name}
    ?disabled=${disabled}
    @click=${act}
  >
    ${icon}
  </button>`;

/** The focus goes to the experiment; the address, which is the state, stays. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#desk')?.focus();
}

/** A link of this page, followed without leaving it; with a key held it is the browser's. */
const follow =
  (session: Session, query: string) =>
  (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    session.go(query);
    closeMenus(null);
  };

const presetList = (session: Session) =>
  html`<ul class="presets">
    ${presets.map(
      ({ title, sentence, query }) =>
        html`<li>
          <a href=${query} @click=${follow(session, query)}><b>${title}</b><span>${sentence}</span></a>
        </li>`,
    )}
  </ul>`;

function copies(session: Session): Copy[] {
  const { state, words, a, measured } = session;
  const notYet = a ? 'When the numbers are of this state again.' : 'When the first numbers are there.';
  const noNumpy = measured && a ? whyNoNumpy(measured, words, a.report) : notYet;
  const numpy = async () => {
    const [lowest, highest] = await Promise.all([session.probe('a', -1e30), session.probe('a', 1e30)]);
    // The worker answers for the quantizer it was last asked about, which may be newer by now.
    if (session.a !== a || !session.measured) throw new Error('The numbers changed meanwhile; copy again.');
    return numpyLines(measured!, words, a!.report, lowest, highest);
  };
  return [
    {
      name: 'Link',
      hint: state.file ? 'Opens this state anywhere; the file stays here.' : 'Opens this state anywhere.',
      text: () => location.href.replace(/[?#].*$/s, '') + session.query(),
    },
    {
      name: 'Command',
      hint: measured ? 'npx halfstep measure … prints these numbers.' : notYet,
      text: measured && (() => measureCommand(measured, words)),
    },
    {
      name: 'NumPy',
      hint: noNumpy || 'A few lines that give these numbers.',
      text: noNumpy ? null : numpy,
    },
  ];
}
