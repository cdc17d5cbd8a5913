//! Where unpacked data wait to be read.

#[cfg(target_family = "wasm")]
pub(crate) use in_memory::{Spool, spool};
#[cfg(not(target_family = "wasm"))]
pub(crate) use on_disk::{Spool, spool};

#[cfg(not(target_family = "wasm"))]
mod on_disk {
    /// What is unpacked is kept in memory up to this many bytes, and otherwise in a file without a name.
    const SPOOLED: usize = 16 << 20;

    pub(crate) type Spool = tempfile::SpooledTempFile;

    pub(crate) fn spool() -> Spool {
        tempfile::spooled_tempfile(SPOOLED)
    }
}

/// A browser has no temporary files.
#[cfg(target_family = "wasm")]
mod in_memory {
    use std::io::{Cursor, Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};

    /// Most bytes of one file that is unpacked.
    const MOST: usize = 512 << 20;

    pub(crate) struct Spool(Cursor<Vec<u8>>);

    pub(crate) fn spool() -> Spool {
        Spool(Cursor::new(Vec::new()))
    }

    impl Write for Spool {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            if self.0.get_ref().len().saturating_add(bytes.len()) > MOST {
                let reason = format!("unpacked, it has more than {MOST} bytes, the most that fit here");
                return Err(Error::new(ErrorKind::OutOfMemory, reason));
            }
            self.0.write(bytes)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    impl Read for Spool {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Seek for Spool {
        fn seek(&mut self, to: SeekFrom) -> Result<u64> {
            self.0.seek(to)
        }
    }
}
