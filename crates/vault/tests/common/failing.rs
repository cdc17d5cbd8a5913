//! A store that cannot read some of its objects, as a disk with bad sectors: it lists them, and fails when they are
//! read.
#![allow(dead_code, missing_docs)]

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Failing {
    objects: Arc<dyn ObjectStore>,
    /// How often reading an object still fails.
    bad: Arc<Mutex<HashMap<Path, usize>>>,
}

impl Failing {
    pub fn on(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, bad: Arc::default() }
    }

    /// From now on reading these objects fails so often, and reading others does not.
    pub fn fail(&self, paths: &[Path], times: usize) {
        *self.bad.lock().unwrap() = paths.iter().map(|path| (path.clone(), times)).collect();
    }

    fn fails(&self, path: &Path) -> bool {
        match self.bad.lock().unwrap().get_mut(path) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with bad sectors", self.objects)
    }
}

/// What the trait's async functions return, without the macro that hides it.
type Async<'f, T> = BoxFuture<'f, Result<T>>;

impl ObjectStore for Failing {
    fn put_opts<'s, 'p, 'f>(
        &'s self,
        path: &'p Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Async<'f, PutResult>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        self.objects.put_opts(path, payload, options)
    }

    fn put_multipart_opts<'s, 'p, 'f>(
        &'s self,
        path: &'p Path,
        options: PutMultipartOptions,
    ) -> Async<'f, Box<dyn MultipartUpload>>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        self.objects.put_multipart_opts(path, options)
    }

    fn get_opts<'s, 'p, 'f>(&'s self, path: &'p Path, options: GetOptions) -> Async<'f, GetResult>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        // What a head tells is in another place of the disk.
        let fails = !options.head && self.fails(path);
        let got = self.objects.get_opts(path, options);
        async move {
            let mut got = got.await?;
            if fails {
                let error = Error::Generic { store: "test", source: "input/output error".into() };
                got.payload = GetResultPayload::Stream(futures::stream::iter([Err(error)]).boxed());
            }
            Ok(got)
        }
        .boxed()
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    fn list_with_delimiter<'s, 'p, 'f>(&'s self, prefix: Option<&'p Path>) -> Async<'f, ListResult>
    where
        's: 'f,
        'p: 'f,
        Self: 'f,
    {
        self.objects.list_with_delimiter(prefix)
    }

    fn copy_opts<'s, 'p, 'q, 'f>(
        &'s self,
        from: &'p Path,
        to: &'q Path,
        options: CopyOptions,
    ) -> Async<'f, ()>
    where
        's: 'f,
        'p: 'f,
        'q: 'f,
        Self: 'f,
    {
        self.objects.copy_opts(from, to, options)
    }
}
