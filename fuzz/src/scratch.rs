//! A folder in memory, for what reads and writes files.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

thread_local! {
    /// In memory where there is such a file system: nothing here has to survive anything.
    static FOLDER: RefCell<TempDir> = RefCell::new(
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder can be made"),
    );
}

/// This thread's folder.
pub fn folder() -> PathBuf {
    FOLDER.with_borrow(|folder| folder.path().to_owned())
}

/// Does something with a file of this content.
pub fn with_file<T>(name: &str, content: &[u8], work: impl FnOnce(&Path) -> T) -> T {
    let path = folder().join(name);
    fs::write(&path, content).expect("the temporary folder can be written to");
    let done = work(&path);
    fs::remove_file(&path).expect("the temporary folder can be written to");
    done
}
