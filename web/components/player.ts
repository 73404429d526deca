/** <hs-player>: goes through the frames of something that moves. Play, pause, step, restart; frame in, event out. */
import { html } from 'lit';
import { icons } from './icons';
import { LightElement } from './light';

/** The frame a person or the clock asks for. It does not bubble. */
export class FrameEvent extends Event {
  constructor(readonly frame: number) {
    super('frame');
  }
}

const frameMs = 140;

export class Player extends LightElement {
  static override properties = {
    frame: { type: Number },
    last: { type: Number },
    label: {},
    text: {},
    playing: { state: true },
  };
  declare frame: number;
  /** The number of the last frame; the first is 0. */
  declare last: number;
  /** What moves. */
  declare label: string;
  /** The present frame in words. */
  declare text: string;
  declare private playing: boolean;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.frame = this.last = 0;
    this.label = this.text = '';
    this.playing = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pause();
  }

  #go(frame: number): void {
    this.dispatchEvent(new FrameEvent(Math.min(this.last, Math.max(0, frame))));
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.playing = false;
  }

  /** From the beginning when it stands at the end. Who wants no motion is taken to the end at once. */
  #play(): void {
    if (still()) return this.#go(this.last);
    if (this.frame >= this.last) this.#go(0);
    this.playing = true;
    this.#timer = setInterval(() => {
      if (this.frame >= this.last) this.#pause();
      else this.#go(this.frame + 1);
    }, frameMs);
  }

  #by(hand: () => number) {
    return () => {
      this.#pause();
      this.#go(hand());
    };
  }

  protected override render() {
    const { frame, last, playing } = this;
    const play = still() ? 'To the end' : 'Play';
    const button = (name: string, icon: unknown, disabled: boolean, act: () => void) =>
      html`<button
        type="button"
        class="tool"
        aria-label=${name}
        title=${name}
        ?disabled=${disabled}
        @click=${act}
      >
        ${icon}
      </button>`;
    return html`<div role="group" aria-label=${this.label}>
      ${button(
        'Restart',
        icons.first,
        frame === 0,
        this.#by(() => 0),
      )}
      ${button(
        'A step back',
        icons.back,
        frame === 0,
        this.#by(() => this.frame - 1),
      )}
      ${playing ? button('Pause', icons.pause, false, () => this.#pause()) : button(play, icons.play, last === 0, () => this.#play())}
      ${button(
        'A step on',
        icons.on,
        frame >= last,
        this.#by(() => this.frame + 1),
      )}
      <span class="told" role="status">${playing ? '' : this.text}</span>
      <span class="told" aria-hidden="true">${playing ? this.text : ''}</span>
    </div>`;
  }
}

const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

customElements.define('hs-player', Player);
