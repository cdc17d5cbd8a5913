//! A PostgreSQL server of the test's own: in a folder that goes with it, on a socket in that folder, as somebody without rights,
//! since PostgreSQL refuses root.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub struct Server {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

/// Debian's user without rights.
const NOBODY: u32 = 65534;

impl Server {
    /// Starts one. Nothing, and says so, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            eprintln!(
                "NOT TESTED: PostgreSQL is not installed (Debian's package postgresql; scripts/setup.sh installs it)"
            );
            return None;
        };
        let folder =
            tempfile::Builder::new().prefix("index").tempdir_in("/tmp").expect("there is room in /tmp");
        if is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may give a folder away");
        }
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).expect("it is ours");
        let server = Self { folder, binaries };
        server
            .run("initdb", &["-D", &server.data(), "-U", "index", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        server.resume();
        Some(server)
    }

    /// Starts it again.
    pub fn resume(&self) {
        let options = format!("-k {} -c listen_addresses= -c fsync=off", self.folder.path().display());
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-l", &self.log(), "-o", &options, "start"]);
    }

    /// Ends it until it is started again, whoever is connected; nothing of what was committed is lost.
    pub fn stop(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "fast", "-w", "stop"]);
    }

    /// The address of a new database.
    pub fn database(&self, name: &str) -> String {
        let folder = self.folder.path().display().to_string();
        self.run("createdb", &["-h", &folder, "-U", "index", name]);
        format!("postgres://index@localhost/{name}?host={folder}")
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn log(&self) -> String {
        self.folder.path().join("log").display().to_string()
    }

    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program).args(arguments).status().expect("it can be started");
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}: {status}\n{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl").args(["-D", &self.data(), "-m", "immediate", "-w", "stop"]).status();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0)
}

/// Where Debian has them, the newest version; or in a folder of `PATH`.
fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .rev()
        .chain(std::env::split_paths(&path))
        .find(|folder: &PathBuf| Path::exists(&folder.join("initdb")) && folder.join("pg_ctl").exists())
}
