//! `roamgate sandbox`.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use roamgate::sandbox::SCENARIOS;

use crate::command::{binary, roamgate};

/// A sandbox that serves, and what it printed until then.
struct Serving {
    process: Child,
    printed: String,
}

impl Serving {
    fn start() -> Self {
        let mut process =
            binary().arg("sandbox").env("COLUMNS", "80").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut printed = String::new();
        for line in lines {
            printed += &format!("{line}\n");
            if line == "serving until ctrl-c" {
                break;
            }
        }
        Self { process, printed }
    }

    fn interrupt(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }
}

#[test]
fn it_prints_how_to_reach_it_and_serves_until_it_is_interrupted() {
    let serving = Serving::start();
    let address = serving
        .printed
        .lines()
        .next()
        .unwrap()
        .strip_prefix("roamgate sandbox at http://")
        .unwrap()
        .to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    for line in [
        "  client id      mock_sandbox_app_id".to_owned(),
        "  client secret  mock_sandbox_app_secret".to_owned(),
        format!("  baseUrl: http://{address}"),
        "  export ROAMGATE_CLIENT_SECRET=mock_sandbox_app_secret".to_owned(),
    ] {
        assert!(
            serving.printed.lines().any(|printed| printed == line),
            "{line}\n{}",
            serving.printed
        );
    }
    for rule in SCENARIOS {
        assert!(serving.printed.contains(rule.example), "{}", rule.example);
    }
    assert_eq!(serving.interrupt(), Some(0));
}

#[test]
fn an_address_that_cannot_be_listened_on_is_a_failure() {
    let (code, told) = roamgate(&["sandbox", "--listen", "192.0.2.1:1"]).refused();
    assert_eq!(code, 1);
    assert!(told.starts_with("error: cannot listen on `192.0.2.1:1`: "), "{told}");
}
