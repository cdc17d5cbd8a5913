// Saving what was made here as a file.

/** Saves a text as a file in the browser's folder for downloads. */
export const saveText = (text: string, name: string, type = 'text/plain'): void => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};
