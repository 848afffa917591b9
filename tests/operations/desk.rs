//! A gate whose policies lie in a folder, which is watched.

use std::fs;
use std::path::{Path, PathBuf};

use http::Request;
use roamgate::reload::{PolicyFiles, Reload, ReloadStatus};
use roamgate::status::Visited;
use roamgate::{
    Country, Decision, FixedProvider, Gate, Head, Line, Policy, RoamingLayer, RoamingStatus,
};
use tempfile::TempDir;

/// How many times the usual effort: `ROAMGATE_CASES=20` is the long setting.
pub(crate) fn times(cases: usize) -> usize {
    let times = std::env::var("ROAMGATE_CASES").ok().and_then(|times| times.parse().ok());
    cases * times.unwrap_or(1)
}

/// Whether real time passes, at the pace of the figures: `ROAMGATE_PACE=real`.
pub(crate) fn keeps_pace() -> bool {
    std::env::var_os("ROAMGATE_PACE").is_some_and(|pace| pace == "real")
}

const HEAD: &str = "apiVersion: roamgate/v1\nkind: RoamingPolicy\n\
    metadata: { name: bank, owner: tests@bank.example }\n\
    defaults: { unmatchedRoute: allow, onUnknown: deny }\n\
    routes: { pay: [{ path: /pay }] }\nrules:\n";

/// A policy whose rules are named after its edition: each refuses lines in one country.
pub(crate) fn edition(edition: usize, rules: usize) -> String {
    const COUNTRIES: [&str; 4] = ["BR", "CN", "MX", "NG"];
    let mut text = HEAD.to_owned();
    for rule in 0..rules {
        let country = COUNTRIES[rule % COUNTRIES.len()];
        text += &format!(
            "  - id: edition-{edition}-{rule:03}\n    description: Refuse.\n    match: {{ routes: [pay] }}\n    \
             when: {{ line: {{ roamingIn: [\"{country}\"] }} }}\n    effect: deny\n    \
             respond: {{ headers: {{ x-edition: \"{edition}\" }} }}\n"
        );
    }
    text
}

pub(crate) fn line() -> Line {
    "+34600000001".parse().unwrap()
}

pub(crate) fn brazil() -> RoamingStatus {
    RoamingStatus::Roaming(Visited::countries(Country::from_code("BR").unwrap()))
}

/// What `gate` decides about a payment.
pub(crate) async fn pay(gate: &Gate) -> Decision {
    let request = Request::post("/pay").extension(line()).body(()).unwrap();
    gate.check(&Head::of(&request, "")).await
}

pub(crate) fn hash(text: &str) -> String {
    Policy::from_yaml("policy.yaml", text).unwrap().hash().to_string()
}

pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) gate: Gate,
    pub(crate) reload: Reload,
}

impl Desk {
    /// A folder with this policy, under a gate that has begun with it.
    pub(crate) async fn with(text: &str) -> Self {
        Self::watching(text, |files| files).await
    }

    pub(crate) async fn watching(
        text: &str,
        settings: impl FnOnce(PolicyFiles) -> PolicyFiles,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("policy.yaml"), text).unwrap();
        Self::over(folder, |folder| settings(PolicyFiles::new([folder.join("policy.yaml")]))).await
    }

    pub(crate) async fn over(folder: TempDir, files: impl FnOnce(&Path) -> PolicyFiles) -> Self {
        let files = files(folder.path());
        let provider = FixedProvider::new().with(line(), brazil());
        let gate = RoamingLayer::new(files.load().unwrap(), provider).gate();
        let reload = files.watch(&gate);
        reload.now().await;
        Self { folder, gate, reload }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("policy.yaml")
    }

    pub(crate) fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(self.file(), text).unwrap();
    }

    /// What a look at these files comes to.
    pub(crate) async fn look(&self) -> ReloadStatus {
        self.reload.now().await
    }

    pub(crate) fn active(&self) -> String {
        self.gate.policy().hash().to_string()
    }

    /// The rule that refuses payments.
    pub(crate) async fn refusing(&self) -> String {
        pay(&self.gate).await.rule().unwrap_or_default().to_owned()
    }
}
