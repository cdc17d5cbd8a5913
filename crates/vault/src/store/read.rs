//! Reading a blob that is a file of this machine.

use std::{
    fs::File,
    io, mem,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use rustix::buffer::spare_capacity;

/// How much is read at once.
const READ: usize = 256 * 1024;
/// How many of these are in memory for one reader, with the one that is being sent: the next is read meanwhile.
const AT_ONCE: usize = 2;

/// Reads a range of a file that is as long as that, and always one piece more than was asked for.
pub(super) fn ahead(file: File, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let (file, buffers, end) = (Arc::new(file), Buffers::default(), range.end);
    let piece = move |at: u64| {
        let (file, buffers) = (file.clone(), buffers.clone());
        let length = usize::try_from(end.saturating_sub(at)).map_or(READ, |left| left.min(READ));
        let read = tokio::task::spawn_blocking(move || piece(&file, at, length, buffers));
        async move { read.await.map_err(io::Error::other)? }
    };
    futures::stream::iter(range.step_by(READ)).map(piece).buffered(AT_ONCE)
}

/// Reads exactly so much of a file, into memory that is not zeroed first.
fn piece(file: &File, at: u64, length: usize, buffers: Buffers) -> io::Result<Bytes> {
    let mut buffer = buffers.take(length);
    let piece = &mut buffer.bytes;
    while piece.len() < length {
        let from = at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        match rustix::io::pread(file, spare_capacity(piece), from) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The buffer may be longer than what was asked for.
    piece.truncate(length);
    Ok(Bytes::from_owner(buffer))
}

/// Memory that pieces were in, and the next ones will be: each piece anew would be pages that the system has to find and
/// clear, on whatever thread it is read.
#[derive(Clone, Default)]
struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    fn take(self, length: usize) -> Buffer {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut bytes = free.unwrap_or_default();
        bytes.reserve_exact(length);
        Buffer { bytes, home: self }
    }
}

/// Memory of a piece, which goes back when the piece has been sent.
struct Buffer {
    bytes: Vec<u8>,
    home: Buffers,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = mem::take(&mut self.bytes);
        bytes.clear();
        self.home.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures::TryStreamExt;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[tokio::test]
    async fn every_range_is_read_exactly_whatever_memory_it_is_read_into() {
        let bytes: Vec<u8> = (0..3 * READ + 7).map(|at| u8::try_from(at % 251).unwrap()).collect();
        for range in [0..bytes.len(), 0..1, 5..READ + 5, READ..3 * READ, 2 * READ + 1..bytes.len()] {
            let asked = u64::try_from(range.start).unwrap()..u64::try_from(range.end).unwrap();
            let read: Vec<Bytes> = ahead(file(&bytes), asked).try_collect().await.unwrap();
            assert_eq!(read.concat(), bytes[range]);
        }
    }

    #[tokio::test]
    async fn a_file_that_ends_early_is_an_error() {
        let read: Result<Vec<Bytes>, _> = ahead(file(&[1; 100]), 0..101).try_collect().await;
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn memory_is_used_again() {
        let buffers = Buffers::default();
        let first = piece(&file(&[1; 10]), 0, 10, buffers.clone()).unwrap();
        let at = first.as_ptr();
        drop(first);
        let second = piece(&file(&[2; 10]), 0, 5, buffers).unwrap();
        assert_eq!((second.as_ptr(), second.as_ref()), (at, [2; 5].as_ref()));
    }
}
