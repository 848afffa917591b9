//! P11: aggregator files, secrets and keys that change while lookups go on.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roamgate::reload::{LiveClient, Reload, ReloadStatus};
use roamgate::{Query, RoamingProvider};
use tempfile::TempDir;

use crate::aggregator::{Aggregator, ROAMING_1, TOKEN, json};
use crate::desk::line;

/// An aggregator file beside its secret, and a client that is watched.
struct Office {
    folder: TempDir,
    server: Aggregator,
    client: LiveClient,
    reload: Reload,
}

fn file(base: &str, authentication: &str) -> String {
    format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\n\
         client: {{ id: my-app, authentication: {authentication} }}\n\
         grant: {{ clientCredentials: {{ scope: roaming }} }}\n\
         api: {{ dialect: device-roaming-status-1 }}\n"
    )
}

const BASIC: &str = "{ basic: { secret: { file: secret } } }";

impl Office {
    async fn open(authentication: &str, secret: &str) -> Self {
        let (folder, server) = (tempfile::tempdir().unwrap(), Aggregator::start().await);
        fs::write(folder.path().join("secret"), secret).unwrap();
        let path = folder.path().join("aggregator.yaml");
        fs::write(&path, file(&server.base, authentication)).unwrap();
        let client = LiveClient::from_path(path).unwrap();
        let reload = client.watch();
        let office = Self { folder, server, client, reload };
        office.look().await;
        office
    }

    /// A look, for which time does not pass.
    async fn look(&self) -> ReloadStatus {
        tokio::time::pause();
        let status = self.reload.now().await;
        tokio::time::resume();
        status
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn look_up(&self) {
        self.client.roaming_status(&Query::new(line())).await.unwrap();
    }

    /// The secrets with which tokens were asked for.
    fn secrets(&self) -> Vec<String> {
        let seen = self.server.seen();
        let asked = seen.iter().filter(|seen| seen.path == TOKEN);
        let secret = |header: &str| {
            let decoded = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
            String::from_utf8(decoded).unwrap().split_once(':').unwrap().1.to_owned()
        };
        asked.map(|seen| secret(seen.header("authorization"))).collect()
    }
}

#[tokio::test]
async fn p11_a_secret_that_changes_is_used_and_the_old_token_ends() {
    let office = Office::open(BASIC, "first").await;
    office.look_up().await;
    office.look_up().await;
    fs::write(office.path("secret"), "second").unwrap();
    assert_eq!(office.look().await.reloads, 1);
    office.look_up().await;
    assert_eq!(office.secrets(), ["first", "second"]);
}

#[tokio::test]
async fn p11_a_secret_that_is_empty_or_gone_leaves_the_last_good_client_and_its_tokens() {
    let office = Office::open(BASIC, "first").await;
    office.look_up().await;
    let secret = office.path("secret");
    fs::write(&secret, "").unwrap();
    let file = office.path("aggregator.yaml");
    let said =
        format!("the file that `client.authentication.basic.secret` names ({}:4)", file.display());
    assert_eq!(&*office.look().await.error.unwrap(), format!("{said} is empty"));
    fs::remove_file(&secret).unwrap();
    let status = office.look().await;
    assert!(status.error.unwrap().starts_with(&format!("{said} cannot be read: No such file")));
    assert_eq!((status.failures, status.reloads), (2, 0));
    office.look_up().await;
    assert_eq!(office.secrets(), ["first"]);

    fs::write(&secret, "first").unwrap();
    let status = office.look().await;
    assert_eq!((status.error, status.reloads), (None, 0));
}

#[tokio::test]
async fn p11_an_aggregator_file_that_is_wrong_is_told_in_the_words_of_check() {
    let office = Office::open(BASIC, "first").await;
    let good = file(&office.server.base, BASIC);
    fs::write(office.path("aggregator.yaml"), good.replace("dialect", "dialekt")).unwrap();
    let status = office.look().await;
    let error = status.error.unwrap();
    assert!(error.contains("error[E003]: `dialekt` is not a key of `api`"), "{error}");
    assert!(
        error.contains(&format!("--> {}:6:", office.path("aggregator.yaml").display())),
        "{error}"
    );
    assert!(status.active.starts_with("sha256:") && status.rules.is_none());
    office.look_up().await;
}

#[tokio::test]
async fn p11_lookups_that_are_under_way_are_ended_by_the_client_that_began_them() {
    let office = Office::open(BASIC, "first").await;
    office.look_up().await;
    let (replace, other) = (office.path("aggregator.yaml"), Aggregator::start().await);
    let (client, before) = (office.client.clone(), office.server.count(ROAMING_1));
    let former = office.client.client();

    fs::write(replace, file(&other.base, BASIC)).unwrap();
    assert_eq!(office.look().await.error, None);
    former.roaming_status(&Query::new(line())).await.unwrap();
    assert_eq!((office.server.count(ROAMING_1), other.count(ROAMING_1)), (before + 1, 0));
    client.roaming_status(&Query::new(line())).await.unwrap();
    assert_eq!((office.server.count(ROAMING_1), other.count(ROAMING_1)), (before + 1, 1));
}

#[tokio::test]
async fn p11_a_private_key_that_changes_costs_no_token() {
    let key = || rcgen::KeyPair::generate().unwrap().serialize_pem();
    let method = "{ privateKeyJwt: { key: { file: secret }, algorithm: ES256 } }";
    let office = Office::open(method, &key()).await;
    office.look_up().await;
    fs::write(office.path("secret"), key()).unwrap();
    assert_eq!(office.look().await.error, None);
    office.look_up().await;
    assert_eq!(office.server.count(TOKEN), 1);

    fs::write(office.path("secret"), "no key").unwrap();
    assert!(office.look().await.error.unwrap().contains("holds no P-256 private key"));
    office.look_up().await;
}

#[tokio::test]
async fn p11_swaps_while_lookups_go_on_fail_none() {
    let office = Office::open(BASIC, "secret-0").await;
    office.server.on(ROAMING_1, |_, seen| {
        let is_known = seen.header("authorization").starts_with("Bearer token-");
        json(if is_known { 200 } else { 401 }, r#"{"roaming":false}"#)
    });
    for swap in 1..=20 {
        fs::write(office.path("secret"), format!("secret-{swap}")).unwrap();
        let lookups = (0..5).map(|_| office.look_up());
        let (status, _) = tokio::join!(office.look(), futures_util::future::join_all(lookups));
        assert_eq!((status.error, status.reloads), (None, swap));
    }
}
