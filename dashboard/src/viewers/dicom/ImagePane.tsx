// The image of a DICOM object on a canvas, without a GPU.

import type { Remote } from 'comlink';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { Field, Note } from '../parts.js';
import { useWords } from '../words.js';
import type { DicomWorker, ImageInfo, Rendered } from './dicom.worker.js';
import { dragged, presetsOf, type Window } from './model.js';

const ZOOMS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16] as const;

/** Renders one frame at a time: while one is rendered only the newest wish is kept. */
const useFrame = (worker: Remote<DicomWorker>, frame: number, window: Window | undefined, inverted: boolean) => {
  const [shown, setShown] = useState<Rendered | { problem: string }>();
  const wish = useRef<{ frame: number; window: Window | undefined; inverted: boolean }>(undefined);
  const isBusy = useRef(false);
  useEffect(() => {
    wish.current = { frame, window, inverted };
    const work = async (): Promise<void> => {
      if (isBusy.current) return;
      isBusy.current = true;
      try {
        while (wish.current) {
          const next = wish.current;
          wish.current = undefined;
          const result = await worker.render(next.frame, next.window, next.inverted).catch((error: unknown) => ({
            problem: error instanceof Error ? error.message : String(error),
          }));
          setShown(result);
        }
      } finally {
        isBusy.current = false;
      }
    };
    void work();
  }, [worker, frame, window, inverted]);
  return shown;
};

/** The image with everything that is set on it. */
export const ImagePane = ({ worker, image, modality }: { worker: Remote<DicomWorker>; image: ImageInfo; modality: string }): ReactNode => {
  const words = useWords();
  const [frame, setFrame] = useState(0);
  const [own, setOwn] = useState<Window>();
  const [inverted, setInverted] = useState(false);
  const [zoom, setZoom] = useState<number>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; y: number; window: Window }>(undefined);
  const shown = useFrame(worker, frame, own, inverted);
  const rendered = shown && 'pixels' in shown ? shown : undefined;
  const current = own ?? rendered?.window;

  useEffect(() => {
    const context = rendered && canvas.current?.getContext('2d');
    if (!context || !canvas.current) return;
    canvas.current.width = rendered.width;
    canvas.current.height = rendered.height;
    context.putImageData(new ImageData(new Uint8ClampedArray(rendered.pixels), rendered.width, rendered.height), 0, 0);
  }, [rendered]);

  // Small images are enlarged, so that there is something to see.
  const fit = Math.max(1, Math.min(512 / image.width, 512 / image.height));
  const scale = zoom ?? fit;
  const step = (direction: 1 | -1): void => {
    const next = direction > 0 ? ZOOMS.find((each) => each > scale + 1e-6) : ZOOMS.findLast((each) => each < scale - 1e-6);
    if (next) setZoom(next);
  };
  const down = (event: PointerEvent): void => {
    if (!current || !image.isGray) return;
    drag.current = { x: event.clientX, y: event.clientY, window: current };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const start = drag.current;
    if (start) setOwn(dragged(start.window, event.clientX - start.x, event.clientY - start.y));
  };
  const press = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    if (!by || !current || !image.isGray) return;
    event.preventDefault();
    setOwn(dragged(current, by[0]!, by[1]!));
  };
  const presets = presetsOf(modality, image.windows);
  const chosen = own ? presets.findIndex(({ center, width }) => center === own.center && width === own.width) : -1;
  const set = (change: Partial<Window>): void => {
    if (current) setOwn({ ...current, ...change });
  };
  return (
    <section className="v-image" aria-label={words('image')}>
      <div className="v-bar">
        {image.isGray ? (
          <>
            <Field label={words('preset')}>
              {(id) => (
                <select
                  id={id}
                  value={own ? String(chosen) : 'file'}
                  onChange={({ target }) => {
                    const preset = presets[Number(target.value)];
                    setOwn(target.value === 'file' || !preset ? undefined : { center: preset.center, width: preset.width });
                  }}
                >
                  <option value="file">{words('presetDefault')}</option>
                  {presets.map(({ name, ofFile }, i) => (
                    <option key={i} value={String(i)}>
                      {ofFile ? words('presetFile', name) : words(name as 'abdomen' | 'lung' | 'bone' | 'brain')}
                    </option>
                  ))}
                  {own && chosen < 0 ? <option value="-1">{words('presetOwn')}</option> : null}
                </select>
              )}
            </Field>
            <Field label={words('windowCenter')}>
              {(id) => (
                <input id={id} type="number" step="any" value={current?.center ?? ''} onChange={({ target }) => Number.isFinite(target.valueAsNumber) && set({ center: target.valueAsNumber })} />
              )}
            </Field>
            <Field label={words('windowWidth')}>
              {(id) => (
                <input id={id} type="number" min="1" step="any" value={current?.width ?? ''} onChange={({ target }) => target.valueAsNumber >= 1 && set({ width: target.valueAsNumber })} />
              )}
            </Field>
          </>
        ) : null}
        <button type="button" className="v-button" aria-pressed={inverted} onClick={() => setInverted(!inverted)}>
          {words('invert')}
        </button>
        <div className="v-choice" role="group" aria-label={words('zoomNow', Math.round(scale * 100))}>
          <button type="button" className="v-button" aria-label={words('zoomOut')} title={words('zoomOut')} onClick={() => step(-1)}>−</button>
          <button type="button" className="v-button" onClick={() => setZoom(undefined)}>{words('zoomFit')}</button>
          <button type="button" className="v-button" aria-label={words('zoomIn')} title={words('zoomIn')} onClick={() => step(1)}>+</button>
        </div>
        <span className="v-muted" role="status">{words('zoomNow', Math.round(scale * 100))}</span>
      </div>
      {image.frames > 1 ? (
        <Field label={words('frameOf', frame + 1, image.frames)}>
          {(id) => <input id={id} type="range" min="0" max={image.frames - 1} value={frame} onChange={({ target }) => setFrame(target.valueAsNumber)} />}
        </Field>
      ) : null}
      {shown && 'problem' in shown ? <Note kind="error">{words('cannotRender', shown.problem)}</Note> : null}
      <div className="v-canvas">
        {/* What can be dragged can be done by keys, too. */}
        <canvas
          ref={canvas}
          width={image.width}
          height={image.height}
          style={{ width: image.width * scale, height: image.height * scale }}
          role="img"
          tabIndex={0}
          aria-label={words('imageAlt', modality, image.width, image.height, frame + 1, image.frames)}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={() => (drag.current = undefined)}
          onPointerCancel={() => (drag.current = undefined)}
          onKeyDown={press}
        />
      </div>
      <p className="v-muted">{words('dragHint')}</p>
    </section>
  );
};
