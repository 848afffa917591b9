//! `roamgate sandbox`: the embedded aggregator as a server.

use std::fmt::Write;
use std::net::SocketAddr;

use clap::Args;
use roamgate::sandbox::{SCENARIOS, Sandbox, SandboxBuilder};

use crate::exit::{Exit, Failure};
use crate::paint::{BOLD, DIM, paint};
use crate::{runtime, screen};

/// Serve the embedded aggregator: CIBA, tokens, roaming API
///
/// Prints its address, the credentials it accepts, the aggregator file that reaches it, and which
/// numbers do what. Serves until ctrl-c.
#[derive(Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 is a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where customers who sign in may be sent back to; may be given several times.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
}

impl Serve {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        runtime::block_on(self.serve())
    }

    async fn serve(self) -> Result<Exit, Failure> {
        let builder = Sandbox::builder();
        let builder = self.redirect_uri.into_iter().fold(builder, SandboxBuilder::redirect_uri);
        let sandbox = start(builder, self.listen).await?;
        runtime::until_interrupted(async {
            screen::print(&introduction(&sandbox))?;
            std::future::pending().await
        })
        .await?;
        sandbox
            .shutdown()
            .await
            .map_err(|error| Failure::failed(format!("the sandbox failed: {error}")))?;
        Ok(Exit::Fine)
    }
}

/// Starts a sandbox that listens here.
async fn start(builder: SandboxBuilder, listen: SocketAddr) -> Result<Sandbox, Failure> {
    let sandbox = builder.listen(listen).start().await;
    sandbox.map_err(|error| Failure::failed(format!("cannot listen on `{listen}`: {error}")))
}

/// The aggregator file that reaches a sandbox.
pub(crate) fn aggregator_file(sandbox: &Sandbox) -> String {
    format!(
        r##"apiVersion: roamgate/v1
kind: Aggregator
baseUrl: {}
client:
  id: {}
  authentication: {{ basic: {{ secret: {{ env: {SECRET} }} }} }}
grant:
  ciba:
    loginHint: "tel:{{e164}}"
    scope: "dpv:FraudPreventionAndDetection#device-status-roaming-read"
api: {{ dialect: device-status-0.4 }}
"##,
        sandbox.base_url(),
        sandbox.client_id(),
    )
}

const SECRET: &str = "ROAMGATE_CLIENT_SECRET";

fn introduction(sandbox: &Sandbox) -> String {
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let mut text =
        format!("{} {}\n\n", paint(BOLD, "roamgate sandbox at"), paint(BOLD, sandbox.base_url()));
    for (name, value) in [("client id", id), ("client secret", secret)] {
        let _ = writeln!(text, "  {}  {value}", paint(DIM, format_args!("{name:<13}")));
    }
    let _ = writeln!(
        text,
        "\n{} {}\n",
        paint(BOLD, "aggregator.yaml"),
        paint(DIM, "(the file that reaches it)")
    );
    aggregator_file(sandbox).lines().for_each(|line| text += &format!("  {line}\n"));
    let _ = writeln!(text, "\n{}\n", paint(BOLD, "to try it"));
    let _ = writeln!(text, "  export {SECRET}={secret}");
    let _ = writeln!(text, "  roamgate lookup +34600007241 --aggregator aggregator.yaml");
    let _ = writeln!(
        text,
        "\n{} {}\n",
        paint(BOLD, "numbers"),
        paint(DIM, "(how a number ends decides what happens to it)")
    );
    text + &numbers() + &format!("\n{}\n", paint(DIM, "serving until ctrl-c"))
}

/// The table of numbers, wrapped to the width of the terminal.
fn numbers() -> String {
    let room = screen::width().saturating_sub(26);
    let mut text = String::new();
    let rest = ("…", "", "every other number is at home");
    let rows =
        SCENARIOS.iter().map(|rule| (rule.ending, rule.example, rule.description)).chain([rest]);
    for (ending, example, description) in rows {
        let mut lines = screen::wrapped(description, room).into_iter();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(
            text,
            "  {}  {}  {first}",
            paint(BOLD, format_args!("{ending:>5}")),
            paint(DIM, format_args!("{example:<12}"))
        );
        lines.for_each(|line| text += &format!("{:23}{line}\n", ""));
    }
    text
}
