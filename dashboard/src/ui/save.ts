// Saving what was made here as a file.

/** How long the file's address lives, ms: a browser may ask where to save it before it reads it. */
const READ_WITHIN = 60_000;

/** Saves a text as a file in the browser's folder for downloads. */
export const saveText = (text: string, name: string, type = 'text/plain'): void => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN);
};
