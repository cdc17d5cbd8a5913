// What holds files in these tests.

/** Reads bytes by pieces. */
export const readerOf = (content) => ({
  size: content.length,
  read(offset, into) {
    into.set(content.subarray(offset, offset + into.length));
  },
});

/** Keeps what is written. */
export const collecting = () => {
  const pieces = [];
  return { write: (piece) => void pieces.push(Buffer.from(piece)), content: () => Buffer.concat(pieces) };
};
