//! Files that JavaScript holds.

use std::io::{self, Read, Seek, SeekFrom, Write};

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** A file that is read by pieces, at once. */
export interface Reader {
    /** Its bytes. */
    readonly size: number;
    /** Fills `into` with what begins at `offset`, which is all there. */
    read(offset: number, into: Uint8Array): void;
}

/** What a file is written to, piece by piece, in order. */
export interface Sink {
    /** Takes a copy of `piece`, whose memory is somebody else's afterwards. */
    write(piece: Uint8Array): void;
}
";

#[wasm_bindgen]
extern "C" {
    /// A file that is read by pieces.
    #[wasm_bindgen(typescript_type = "Reader")]
    pub type Reader;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Reader) -> f64;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader, offset: f64, into: &mut [u8]) -> Result<(), JsValue>;

    /// What a file is written to.
    #[wasm_bindgen(typescript_type = "Sink")]
    pub type Sink;

    #[wasm_bindgen(method, catch)]
    fn write(this: &Sink, piece: &[u8]) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = String)]
    fn text_of(value: &JsValue) -> String;
}

/// Bytes that are asked for at once: a question takes a browser a tenth of a millisecond, whatever it is for.
const PIECE: usize = 256 << 10;

/// A file of JavaScript's, read ahead.
pub struct Held {
    reader: Reader,
    size: u64,
    at: u64,
    /// What lies at `from`.
    ahead: Vec<u8>,
    from: u64,
}

impl Held {
    pub fn new(reader: Reader) -> Self {
        // JavaScript counts bytes in whole numbers of at most 2^53.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let size = reader.size() as u64;
        Self { reader, size, at: 0, ahead: Vec::new(), from: 0 }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// What is there of the place where it is read, if it was read ahead.
    fn rest(&self) -> &[u8] {
        let passed = self.at.checked_sub(self.from).and_then(|passed| usize::try_from(passed).ok());
        passed.and_then(|passed| self.ahead.get(passed..)).unwrap_or_default()
    }

    fn fetch(&mut self) -> io::Result<()> {
        let left = self.size.saturating_sub(self.at);
        self.ahead.resize(usize::try_from(left).map_or(PIECE, |left| left.min(PIECE)), 0);
        self.from = self.at;
        #[allow(clippy::cast_precision_loss)]
        let read = self.reader.read(self.at as f64, &mut self.ahead);
        read.map_err(|error| {
            self.ahead.clear();
            other(&error)
        })
    }
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest().is_empty() && self.at < self.size {
            self.fetch()?;
        }
        let count = self.rest().read(buffer)?;
        self.at = self.at.saturating_add(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

impl Seek for Held {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let before =
            || io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning of the file");
        self.at = at.ok_or_else(before)?;
        Ok(self.at)
    }
}

/// Gives what is written to JavaScript, in pieces.
pub struct Written {
    sink: Sink,
    piece: Vec<u8>,
}

impl Written {
    pub fn new(sink: Sink) -> Self {
        Self { sink, piece: Vec::with_capacity(PIECE) }
    }

    /// Gives the last piece.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        let room = PIECE.saturating_sub(self.piece.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.piece.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            self.sink.write(&self.piece).map_err(|error| other(&error))?;
            self.piece.clear();
        }
        Ok(())
    }
}

fn other(error: &JsValue) -> io::Error {
    io::Error::other(text_of(error))
}
