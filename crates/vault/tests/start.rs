//! The program while it starts.
#![allow(missing_docs)]

use std::{
    io::Read,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// What the program ended with; it is killed if it does not end.
fn end_of(mut program: Child) -> Option<i32> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        if let Some(status) = program.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    program.kill().unwrap();
    program.wait().unwrap();
    panic!("it did not end");
}

#[test]
fn a_signal_ends_it_while_it_connects() {
    for signal in ["-TERM", "-INT"] {
        // A node that takes connections and never says anything.
        let node = TcpListener::bind("127.0.0.1:0").unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_medshare-vault"))
            .args(["--dev-account", "Charlie", "--chain", &format!("ws://{}", node.local_addr().unwrap())])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut connection, _) = node.accept().unwrap();
        connection.read_exact(&mut [0; 16]).unwrap();
        let kill = Command::new("kill").args([signal, &program.id().to_string()]).status().unwrap();
        assert!(kill.success());
        assert_eq!(end_of(program), Some(0), "it ended by itself, not of the signal");
    }
}
