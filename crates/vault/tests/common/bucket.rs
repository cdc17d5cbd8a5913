//! A server that speaks S3, with one bucket, on a free loopback port. It keeps what it is given in a folder, checks
//! signatures, and knows one pair of keys.
#![allow(dead_code, missing_docs)]

use std::{ffi::OsString, net::SocketAddr, sync::Arc};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use object_store::{ObjectStore, aws::AmazonS3Builder};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

const ACCESS: &str = "vault-access-key";
pub const SECRET: &str = "vault-secret-key";
const REGION: &str = "here";

/// The server. It ends when this is dropped.
pub struct Bucket {
    name: String,
    address: SocketAddr,
    folder: TempDir,
    task: JoinHandle<()>,
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Bucket {
    pub async fn start(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(name)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS, SECRET));
        let service = service.build().into_shared();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let served = Builder::new(TokioExecutor::new());
                    // Clients that hang up are no error of the server's.
                    drop(served.serve_connection(TokioIo::new(connection), service).await);
                });
            }
        });
        Self { name: name.to_owned(), address, folder, task }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a vault's environment has to say for it.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ACCESS_KEY_ID", ACCESS.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT", self.endpoint()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    pub fn environment(&self) -> impl Iterator<Item = (OsString, OsString)> + use<> {
        self.settings().into_iter().map(|(name, value)| (name.into(), value.into()))
    }

    /// The bucket, for somebody else than the vault.
    pub fn objects(&self) -> Arc<dyn ObjectStore> {
        let bucket = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_access_key_id(ACCESS)
            .with_secret_access_key(SECRET)
            .with_region(REGION)
            .with_endpoint(self.endpoint())
            .with_allow_http(true);
        Arc::new(bucket.build().unwrap())
    }

    /// How many parts of uploads that are not complete the server has.
    pub fn parts(&self) -> usize {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().contains("part")).count()
    }
}
