//! Running the binary, and the files it is run on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// What a run said, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The answer, of a run that succeeded in silence.
    pub(crate) fn fine(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// The exit code and the message, of a run that answered nothing.
    pub(crate) fn refused(self) -> (i32, String) {
        assert_eq!(self.out, "");
        (self.code, self.err)
    }
}

/// Runs the command as a script would: no terminal, 80 columns.
pub(crate) fn roamgate(arguments: &[&str]) -> Run {
    roamgate_at(80, arguments)
}

/// Runs the command at this width.
pub(crate) fn roamgate_at(columns: usize, arguments: &[&str]) -> Run {
    let mut command = binary();
    finished(command.args(arguments).env("COLUMNS", columns.to_string()))
}

/// Runs a command to its end.
pub(crate) fn finished(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// The command, not yet run.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roamgate"));
    command.stdin(Stdio::null()).env_remove("ROAMGATE_CLIENT_SECRET");
    command
}

/// A folder of files that lives as long as its test.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Writes a file, and returns its path.
    pub(crate) fn add(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The path of the folder.
    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

/// A JSON answer.
pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// A policy with everything that decisions differ by: a shadow rule, a catch-all, a step-up.
pub(crate) const MIXED: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: mixed, owner: risk@bank.example }
defaults: { unmatchedRoute: deny, onUnknown: stepUp, stepUp: { acrValues: ["sca"], maxAge: 90s } }
routes:
  payments: [{ method: POST, path: "/v1/payments" }, { grpc: "bank.v1.Payments/*" }]
  anything: [{ path: "/{*rest}" }]
rules:
  - id: satellite
    description: Ships and aircraft confirm.
    match: { routes: [payments] }
    when: { line: { roamingIn: ["GB", "mcc:901"] } }
    effect: stepUp
  - id: candidate
    description: Who would be stopped?
    match: { routes: [payments] }
    when: { line: roaming }
    effect: deny
    mode: shadow
    shadow: { until: 2027-04-30 }
  - id: embargo
    description: Not there.
    match: { routes: [anything] }
    when: { line: { roamingIn: ["KP"] } }
    effect: deny
"#;

/// Sends a `POST` without a body, and reads the answer.
pub(crate) fn post(address: &str, path: &str, header: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\n{header}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
