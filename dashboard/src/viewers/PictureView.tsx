// Pictures that the browser itself can show.

import { useState, type ReactNode } from 'react';
import { Choice, useObjectUrl } from './parts.js';
import { useWords } from './words.js';

/** Shows a picture, fitted into the page or in its own size. */
export const PictureView = ({ file, failed }: { file: Blob; failed: (reason: string) => ReactNode }): ReactNode => {
  const words = useWords();
  const url = useObjectUrl(file);
  const [isBroken, setBroken] = useState(false);
  const [size, setSize] = useState<'fit' | 'own'>('fit');
  if (isBroken) return failed(words('cannotShowPicture'));
  return (
    <div className="v-picture">
      <Choice label={words('zoomFit')} options={[['fit', words('zoomFit')], ['own', '100 %']]} value={size} onChange={setSize} />
      <div className="v-canvas" tabIndex={0} role="region" aria-label={words('image')}>
        {url ? <img src={url} alt={words('pictureAlt')} data-size={size} onError={() => setBroken(true)} /> : null}
      </div>
    </div>
  );
};
