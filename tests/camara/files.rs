//! Every mistake in an aggregator file has a place and a way out, and all come at once.

use roamgate::camara::{Aggregator, Client};
use roamgate::policy::Problems;

pub(crate) const GOOD: &str = r##"apiVersion: roamgate/v1
kind: Aggregator
baseUrl: https://api.example/gateway
client: { id: my-app, authentication: { basic: { secret: { env: ROAMGATE_TEST_UNSET } } } }
grant: { ciba: { loginHint: "tel:{e164}", scope: "dpv:Fraud#roaming" } }
api: { dialect: device-status-0.4 }
"##;

pub(crate) fn check(text: &str) -> Problems {
    Aggregator::check("a.yaml", text)
}

/// Each problem as `CODE LINE:COLUMN message`, with its help behind ` / `.
pub(crate) fn told(text: &str) -> Vec<String> {
    let help = |help: &Option<String>| help.as_ref().map(|help| format!(" / {help}"));
    check(text)
        .iter()
        .map(|p| {
            let help = help(&p.help).unwrap_or_default();
            format!("{} {}:{} {}{help}", p.code, p.line, p.column, p.message)
        })
        .collect()
}

#[test]
fn a_good_file_has_no_problems_although_its_secret_is_not_there() {
    assert_eq!(told(GOOD), [""; 0]);
}

#[test]
fn everything_that_may_be_said_is_understood() {
    let full = r##"apiVersion: roamgate/v1
kind: Aggregator
endpoints:
  bcAuthorize: https://auth.example/bc-authorize
  token: http://127.0.0.1:8080/token
  roaming: http://[::1]:8080/roaming
tls: { ca: { file: roots.pem } }
client:
  id: my-app
  authentication: { basic: { secret: { file: /run/secrets/aggregator }, encoding: raw } }
headers: { x-api-key: { env: API_KEY } }
grant:
  ciba: { loginHint: "{e164}", scope: a b, scopeParameter: purpose, extra: { acr_values: "2" } }
api: { dialect: device-roaming-status-1, path: /v1, compatibility: [stringCode, trustNames] }
timeouts: { connect: 500ms, attempt: 2s, total: 10s }
limits:
  inFlight: 64
  lineInterval: 1m
  lineBurst: 2
  newLinesPerCaller: 30
  lookupsPerMinute: 600
  lookupsPerDay: 20000
  authorizationsPerMinute: 100
  quotaPause: 1h
"##;
    assert_eq!(told(full), [""; 0]);
}

#[test]
fn every_client_and_every_grant_is_understood() {
    let key = "key: { file: key.pem }, keyId: k, algorithm: ES256";
    let (client, grants) = ("client: { id: c, authentication", "grant: ");
    let discovery = "baseUrl: https://a.example\ndiscovery: { issuer: https://b.example/realm }";
    for (client, grant) in [
        (
            format!("{discovery}\n{client}: {{ privateKeyJwt: {{ {key}, audience: issuer }} }} }}"),
            "{ jwtBearer: { subject: ['{e164}', 'ipport:{ipport}'], scope: s, extra: { a: b } } }",
        ),
        (
            format!(
                "{discovery}\n{client}: {{ privateKeyJwt: {{ {key}, audience: 'https://b.example' }} }} }}"
            ),
            "{ clientCredentials: { scope: s, scopeParameter: p, extra: { a: b } } }",
        ),
        (
            format!(
                "baseUrl: https://a.example\n{client}: {{ bearerJwt: {{ key: {{ env: K }}, applicationId: a }} }} }}"
            ),
            "{ authorizationCode: { scope: s, redirectUri: 'https://c.example' } }",
        ),
        (
            format!("baseUrl: https://a.example\n{client}: none }}"),
            "{ ciba: { loginHint: 'ipport:{ipport}', scope: s } }",
        ),
        ("endpoints: { roaming: https://a.example }".to_owned(), "none"),
        (
            format!(
                "endpoints: {{ roaming: https://a.example, token: https://a.example }}\n{client}: none }}"
            ),
            "{ clientCredentials: { scope: s } }",
        ),
    ] {
        let text = format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\n{client}\n{grants}{grant}\napi: {{ dialect: device-roaming-status-1 }}\n"
        );
        assert_eq!(told(&text), [""; 0], "{text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn every_mistake_is_told_at_its_place() {
    let https = "use `https`; plain `http` is accepted for loopback addresses alone";
    let whole = format!("write a whole URL with {}", https.trim_start_matches("use "));
    let rows = [
        (
            "roamgate/v1",
            "roamgate/v2",
            "E004 1:13 `apiVersion` is `roamgate/v2`, this build reads `roamgate/v1`".to_owned(),
        ),
        (
            "Aggregator",
            "RoamingPolicy",
            "E004 2:7 `kind` is `RoamingPolicy`, this build reads `Aggregator`".to_owned(),
        ),
        (
            "kind: Aggregator\n",
            "",
            "E004 1:1 an aggregator file begins with `kind: Aggregator`".to_owned(),
        ),
        (
            "baseUrl: https://api.example/gateway\n",
            "",
            "E018 1:1 an aggregator file needs the key `baseUrl`".to_owned(),
        ),
        (
            "baseUrl",
            "baseURL",
            "E003 3:1 `baseURL` is not a key of an aggregator file / did you mean `baseUrl`?"
                .to_owned(),
        ),
        (
            "https://api.example/gateway",
            "api.example",
            format!("E003 3:10 `api.example` is not a URL for `baseUrl` / {whole}"),
        ),
        (
            "https://api",
            "http://api",
            format!("E003 3:10 `http://api.example/gateway` is not encrypted / {https}"),
        ),
        (
            "https://api",
            "ftp://api",
            format!("E003 3:10 `ftp://api.example/gateway` is not encrypted / {https}"),
        ),
        (
            "https://api",
            "http://127.0.0.1@api",
            "E003 3:10 `baseUrl` carries credentials, which belong to `client` / leave out what stands before `@`".to_owned(),
        ),
        (
            "/gateway",
            "/?a=1",
            "E003 3:10 `https://api.example/?x=x` has a query or a fragment, which `baseUrl` cannot have / leave out what follows `?` or `#`; keys of the aggregator belong to `headers`".to_owned(),
        ),
        (
            "baseUrl: https://api.example/gateway",
            "discovery: { issuer: https://a.example }",
            "E018 1:1 an aggregator file needs the key `baseUrl`".to_owned(),
        ),
        (
            "https://api.example/gateway",
            "localhost:8080",
            format!("E003 3:10 `localhost:8080` is not a URL for `baseUrl` / {whole}"),
        ),
        (
            "baseUrl: https://api.example/gateway",
            "discovery: { issuer: https://a.example/.well-known/openid-configuration }",
            "E003 3:22 `https://a.example/.well-known/openid-configuration` is the address of the metadata, and not the issuer / leave out `/.well-known/openid-configuration`, which is added".to_owned(),
        ),
        (
            "baseUrl: https://api.example/gateway",
            "discovery: {}",
            "E018 3:12 `discovery` needs the key `issuer`".to_owned(),
        ),
        (
            "baseUrl: https://api.example/gateway",
            "discovery: { issuer: http://a.example }",
            format!("E003 3:22 `http://a.example` is not encrypted / {https}"),
        ),
        (
            "baseUrl: https://api.example/gateway",
            "discovery: { issuer: https://a.example }\nendpoints: { token: https://a.example, roaming: https://a.example }",
            "E014 4:14 this endpoint comes from the metadata of the issuer in `discovery`"
                .to_owned(),
        ),
    ];
    each_is_told(&rows);
}

#[test]
fn every_mistake_of_client_grant_and_dialect_is_told_at_its_place() {
    let rows = [
        ("id: my-app, ", "", "E018 4:9 `client` needs the key `id`".to_owned()),
        ("id: my-app", "id: 7", "E022 4:15 `id` is a text, this is a number / write it in quotes: \"7\"".to_owned()),
        ("id: my-app", "id: \"\"", "E018 4:15 `id` is empty".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "privateKeyJwt: {}", "E018 4:56 `privateKeyJwt` needs the key `key`".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "privateKeyJwt: { key: hunter2 }", "E022 4:63 a secret is never written into the file / name where it is: `{ env: NAME }` or `{ file: PATH }`".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "privateKeyJwt: { key: { env: K }, algorithm: HS256 }", "E003 4:86 `HS256` is not a value of `algorithm` / did you mean `RS256`?".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "privateKeyJwt: { key: { env: K }, audience: issuer }", "E018 4:85 `audience: issuer` needs the key `discovery`, which names the issuer".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "privateKeyJwt: { key: { env: K }, audience: token }", "E003 4:85 `token` is not a value of `audience` / write `endpoint`, `issuer` or a whole URL".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "bearerJwt: { key: { env: K } }", "E018 4:52 `bearerJwt` needs the key `applicationId`".to_owned()),
        ("{ basic: { secret: { env: ROAMGATE_TEST_UNSET } } }", "nobody", "E003 4:39 `xxxxxx` is not a value of `authentication` / write `none`, or a block that holds one of `basic`, `privateKeyJwt`, `bearerJwt`".to_owned()),
        ("basic: { secret", "none: {}, basic: { secret", "E003 4:41 `none` is not a key of `authentication`".to_owned()),
        ("basic: { secret: { env: ROAMGATE_TEST_UNSET } }", "", "E018 4:39 `authentication` holds exactly one of `basic`, `privateKeyJwt`, `bearerJwt`".to_owned()),
        ("{ env: ROAMGATE_TEST_UNSET }", "{}", "E018 4:58 a secret is either in `env` or in `file`".to_owned()),
        ("{ env: ROAMGATE_TEST_UNSET }", "{ env: A, file: b }", "E018 4:58 a secret is either in `env` or in `file`".to_owned()),
        ("basic: { secret", "basic: { encoding: raw64, secret", "E003 4:60 `raw64` is not a value of `encoding`".to_owned()),
        ("ciba: {", "jwtBearer: {}, ciba: {", "E018 5:8 `grant` holds exactly one of `ciba`, `jwtBearer`, `clientCredentials`, `authorizationCode`".to_owned()),
        ("ciba: { loginHint", "jwtBearer: { subject", "E014 4:1 `jwtBearer` signs with the key of `authentication: { privateKeyJwt: … }`".to_owned()),
        ("ciba: { loginHint: \"tel:{e164}\"", "authorizationCode: { state: x", "E003 5:31 `state` is not a key of `authorizationCode`".to_owned()),
        ("grant: { ciba: { loginHint: \"tel:{e164}\", scope: \"dpv:Fraud#roaming\" } }", "grant: none", "E014 4:1 `client` has no use where `grant: none` asks for no token".to_owned()),
        ("grant: { ciba: { loginHint: \"tel:{e164}\", scope: \"dpv:Fraud#roaming\" } }", "grant: nothing", "E003 5:8 `nothing` is not a value of `grant` / write `none`, or a block that holds one of `ciba`, `jwtBearer`, `clientCredentials`, `authorizationCode`".to_owned()),
        ("client: { id: my-app, authentication: { basic: { secret: { env: ROAMGATE_TEST_UNSET } } } }\n", "", "E018 1:1 an aggregator file needs the key `client`".to_owned()),
        ("ciba:", "cibas:", "E003 5:10 `cibas` is not a key of `grant` / did you mean `ciba`?".to_owned()),
        ("tel:{e164}", "tel:{msisdn}", "E003 5:29 `tel:{msisdn}` does not say where the number or the address goes / write `tel:{e164}` for numbers, which carries the plus sign, or `ipport:{ipport}` for addresses".to_owned()),
        (", scope: \"dpv:Fraud#roaming\"", "", "E018 5:16 `ciba` needs the key `scope`".to_owned()),
        (", scope:", ", extra: { client_id: x }, scope:", "E003 5:52 the parameter `client_id` is already sent by the grant".to_owned()),
        (", scope:", ", extra: { login_hint: x }, scope:", "E003 5:52 the parameter `login_hint` is already sent by the grant".to_owned()),
        ("device-status-0.4", "device-status-4", "E003 6:17 `device-status-4` is not a value of `dialect` / did you mean `device-status-0.4`?".to_owned()),
        ("device-status-0.4", "device-status-0.4, compatibility: [trustName]", "E003 6:52 `trustName` is not a value of `compatibility` / did you mean `trustNames`?".to_owned()),
        ("device-status-0.4", "device-status-0.4, compatibility: trustNames", "E022 6:51 `compatibility` is a list, this is a text / write it as [ … ]".to_owned()),
        ("device-status-0.4", "device-status-0.4, path: roaming", "E003 6:42 `roaming` is not a path below the base URL / write it with a leading slash and without a query".to_owned()),
    ];
    each_is_told(&rows);
}

pub(crate) fn each_is_told(rows: &[(&str, &str, String)]) {
    for (good, bad, expected) in rows {
        let text = GOOD.replacen(good, bad, 1);
        assert_ne!(text, GOOD, "{good}");
        let told = told(&text);
        let found = told.iter().any(|problem| problem.starts_with(expected));
        assert!(found, "{bad}\nexpected {expected}\nfound {told:#?}");
    }
}

#[test]
fn every_mistake_of_an_optional_block_is_told() {
    let rows = [
        ("preset: [orange]", "E003 7:9 a list is not a value of `preset`"),
        ("metadata: { name: a }", "E003 7:1 `metadata` is not a key of an aggregator file"),
        ("timeouts: { attempt: 2 }", "E023 7:22 `2` is not a duration for `attempt`"),
        ("timeouts: { total: 0s }", "E023 7:20 `total` is zero, so that nothing could ever answer"),
        ("limits: { inFlight: 0 }", "E023 7:21 `0` is not a number of times for `inFlight`"),
        ("limits: { lineBurst: 1.5 }", "E023 7:22 `1.5` is not a number of times for `lineBurst`"),
        (
            "limits: { lookupsPerDay: \"9\" }",
            "E023 7:26 `9` is not a number of times for `lookupsPerDay`",
        ),
        ("limits: { lookupsPerDay: many }", "E023 7:26 `many` is not a number of times"),
        (
            "limits: { lookupsPerDay: 9000000000 }",
            "E023 7:26 `9000000000` is not a number of times",
        ),
        ("limits: { quotaPause: 5 }", "E023 7:23 `5` is not a duration for `quotaPause`"),
        ("limits: { perLine: 1 }", "E003 7:11 `perLine` is not a key of `limits`"),
        ("limits: 5", "E022 7:9 `limits` is a block of keys, this is a number"),
        ("timeouts: { read: 2s }", "E003 7:13 `read` is not a key of `timeouts`"),
        ("tls: { insecure: true }", "E003 7:8 `insecure` is not a key of `tls`"),
        ("tls: { ca: { env: A } }", "E003 7:14 `env` is not a key of `ca`"),
        (
            "headers: { Authorization: { env: A } }",
            "E014 7:12 `Authorization` is not a header that a file may set / leave it out: what the connection needs is set, and `client` and `grant` prove who we are",
        ),
        ("headers: { \"a b\": { env: A } }", "E014 7:12 `a b` is not a header that a file may set"),
        (
            "endpoints: { authorize: http://a.example }",
            "E003 7:25 `http://a.example` is not encrypted",
        ),
        ("endpoints: { token: http://a.example }", "E003 7:21 `http://a.example` is not encrypted"),
    ];
    for (block, expected) in rows {
        let told = told(&format!("{GOOD}{block}\n"));
        assert!(told.iter().any(|problem| problem.starts_with(expected)), "{block}: {told:#?}");
    }
}

#[test]
fn all_mistakes_come_at_once() {
    let text = GOOD.replace("my-app", "7").replace("ciba:", "cibas:").replace("0.4", "0.9");
    let codes: Vec<_> = told(&text).iter().map(|problem| problem[..8].to_owned()).collect();
    assert_eq!(codes, ["E022 4:1", "E018 5:8", "E003 5:1", "E003 6:1"]);
}

#[test]
fn a_problem_shows_its_line() {
    let text = GOOD.replace("{ env: ROAMGATE_TEST_UNSET }", "hunter2");
    assert_eq!(
        Aggregator::from_yaml("a.yaml", &text).unwrap_err().to_string(),
        "error[E022]: a secret is never written into the file
 --> a.yaml:4:58
  |
4 | client: { id: my-app, authentication: { basic: { secret: xxxxxxx } } }
  |                                                          ^^^^^^^
  = help: name where it is: `{ env: NAME }` or `{ file: PATH }`
"
    );
}

#[test]
fn what_the_file_names_must_be_there_when_the_client_is_built() {
    let dir = env!("CARGO_TARGET_TMPDIR");
    let build = |text: &str| {
        let aggregator = Aggregator::from_yaml("a.yaml", text).unwrap();
        Client::new(aggregator).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let missing = format!("{dir}/no-such-file");
    let (empty, junk) = (crate::file_with("\n"), crate::file_with("no certificate"));
    let junk = junk.display();
    let key = "`client.authentication.basic.secret` names (a.yaml:4)";
    let rows = [
        (GOOD.to_owned(), format!("the environment variable that {key} is not set")),
        (
            GOOD.replace("env: ROAMGATE_TEST_UNSET", &format!("file: {missing}")),
            format!("the file that {key} cannot be read: No such file or directory (os error 2)"),
        ),
        (
            GOOD.replace("env: ROAMGATE_TEST_UNSET", &format!("file: {}", empty.display())),
            format!("the file that {key} is empty"),
        ),
        (
            format!("{GOOD}tls: {{ ca: {{ file: {missing} }} }}\n"),
            format!("cannot read `{missing}`: No such file or directory (os error 2)"),
        ),
        (
            format!("{GOOD}tls: {{ ca: {{ file: {junk} }} }}\n"),
            format!("`{junk}` holds no certificate in PEM form"),
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(build(&text), expected);
    }
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let error = Aggregator::from_path("no/such/file.yaml").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read `no/such/file.yaml`: No such file or directory (os error 2)"
    );
    assert!(error.problems().is_none());
}

#[test]
fn relative_paths_start_at_the_directory_of_the_file() {
    let secret = crate::file_with("s");
    let name = secret.file_name().unwrap().to_str().unwrap();
    let reference = format!("file: {name}");
    // Plain loopback, so that no root certificates of the system are needed.
    let text = GOOD
        .replace("env: ROAMGATE_TEST_UNSET", &reference)
        .replace("https://api.example", "http://localhost:1");
    let file = crate::file_with(&text);
    Client::new(Aggregator::from_path(file).unwrap()).unwrap();
}
