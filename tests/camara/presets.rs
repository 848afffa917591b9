//! `preset`: what it adds to a file, what the file overrides, and what it must say itself.

use roamgate::camara::Aggregator;
use roamgate::policy::Problems;

pub(crate) const NAMES: [&str; 6] =
    ["telefonica-sandbox", "telefonica", "camara-1", "vonage", "orange", "nokia"];

fn file(name: &str, more: &str) -> String {
    format!("apiVersion: roamgate/v1\nkind: Aggregator\npreset: {name}\n{more}\n")
}

fn check(text: &str) -> Problems {
    Aggregator::check("a.yaml", text)
}

/// Each problem as `LINE:COLUMN message / help`.
fn told(text: &str) -> Vec<String> {
    let told = |problem: &roamgate::policy::Problem| {
        let help = problem.help.as_deref().unwrap_or_default();
        format!("{}:{} {} / {help}", problem.line, problem.column, problem.message)
    };
    check(text).iter().map(told).collect()
}

#[test]
fn a_preset_says_what_only_the_author_knows_and_what_to_write() {
    const BASIC: &str = "needs `client.id` and `client.authentication.basic.secret` / add `client: { id: my-app-id, authentication: { basic: { secret: { env: \"ROAMGATE_CLIENT_SECRET\" } } } }`, with values of your own";
    let rows: [(&str, &[&str]); 6] = [
        ("telefonica-sandbox", &[BASIC]),
        (
            "telefonica",
            &[
                "needs `baseUrl` / add `baseUrl: \"https://gateway.example/apigateway\"`, with values of your own",
                BASIC,
                "needs `grant.ciba.scope` / add `grant: { ciba: { scope: \"dpv:FraudPreventionAndDetection#device-status-roaming-read\" } }`, with values of your own",
            ],
        ),
        (
            "camara-1",
            &[
                "needs `baseUrl` / add `baseUrl: \"https://aggregator.example/opengateway\"`, with values of your own",
                "needs `client.id` and `client.authentication.privateKeyJwt.key` / add `client: { id: my-app-id, authentication: { privateKeyJwt: { key: { file: \"/run/secrets/client.pem\" } } } }`, with values of your own",
                "needs `grant.ciba.scope` / add `grant: { ciba: { scope: \"openid dpv:FraudPreventionAndDetection device-roaming-status:read\" } }`, with values of your own",
            ],
        ),
        (
            "vonage",
            &[
                "needs `client.id`, `client.authentication.bearerJwt.key` and `client.authentication.bearerJwt.applicationId` / add `client: { id: my-app-id, authentication: { bearerJwt: { key: { file: \"/run/secrets/app.pem\" }, applicationId: aaaaaaaa-bbbb-cccc-dddd-0123456789ab } } }`, with values of your own",
            ],
        ),
        ("orange", &[BASIC]),
        (
            "nokia",
            &[
                "needs `headers.X-RapidAPI-Key` and `headers.X-RapidAPI-Host` / add `headers: { X-RapidAPI-Key: { env: \"RAPIDAPI_KEY\" }, X-RapidAPI-Host: { env: \"RAPIDAPI_HOST\" } }`, with values of your own",
            ],
        ),
    ];
    assert_eq!(rows.map(|(name, _)| name), NAMES);
    for (name, expected) in rows {
        let expected: Vec<_> =
            expected.iter().map(|it| format!("3:9 `preset: {name}` {it}")).collect();
        assert_eq!(told(&file(name, "")), expected);
    }
}

#[test]
fn a_preset_with_what_it_asks_for_is_a_whole_file() {
    for name in NAMES {
        let problems = check(&file(name, ""));
        let helps = problems.iter().filter_map(|problem| problem.help.as_deref());
        let added: Vec<_> = helps.filter_map(|help| help.split('`').nth(1)).collect();
        assert_eq!(told(&file(name, &added.join("\n"))), [""; 0], "{name}");
    }
}

#[test]
fn what_is_missing_in_a_block_of_the_file_is_told_there() {
    let rows = [
        (
            "client: { id: x, authentication: { bearerJwt: { key: { env: K } } } }",
            "4:47 `preset: vonage` needs `client.authentication.bearerJwt.applicationId` / add `applicationId: aaaaaaaa-bbbb-cccc-dddd-0123456789ab` to `client.authentication.bearerJwt`, with values of your own",
        ),
        (
            "client: { authentication: { basic: { secret: { env: S } } } }",
            "4:9 `preset: vonage` needs `client.id` / add `id: my-app-id` to `client`, with values of your own",
        ),
        (
            "client: { id: x, authentication: { basic: {} } }",
            "4:43 `basic` needs the key `secret` / add it, such as `secret: { env: \"CLIENT_SECRET\" }`",
        ),
        (
            "client: { id: }",
            "4:13 `id` is a text, this is an empty value / write it like this: `id: my-app-id`",
        ),
        ("grant: { cibas: {} }", "4:10 `cibas` is not a key of `grant` / did you mean `ciba`?"),
        ("api: { dialect: 5 }", "4:17 `5` is not a value of `dialect` / "),
    ];
    for (more, expected) in rows {
        let told = told(&file("vonage", more));
        assert!(told.iter().any(|it| it.starts_with(expected)), "{more}: {told:#?}");
    }
}

#[test]
fn nobody_knows_a_preset_of_another_name() {
    let rows = [
        ("vonnage", "`vonnage` is not a value of `preset` / did you mean `vonage`?"),
        ("Nokia", "`Nokia` is not a value of `preset` / did you mean `nokia`?"),
        (
            "twilio",
            "`twilio` is not a value of `preset` / the values are `telefonica-sandbox`, `telefonica`, `camara-1`, `vonage`, `orange` and `nokia`",
        ),
        (
            "2",
            "`2` is not a value of `preset` / the values are `telefonica-sandbox`, `telefonica`, `camara-1`, `vonage`, `orange` and `nokia`",
        ),
    ];
    for (name, expected) in rows {
        assert_eq!(told(&file(name, "")), [format!("3:9 {expected}")]);
    }
}

/// A client of the sandbox, as files say it.
const CLIENT: &str = "client: { id: c, authentication: { basic: { secret: { env: S } } } }";

/// Is the file with a preset read as the file that says all of it?
fn reads_as(preset: &str, more: &str, whole: &str) {
    let read = |text: &str| {
        let aggregator = Aggregator::from_yaml("a.yaml", text);
        format!("{:?}", aggregator.unwrap_or_else(|error| panic!("{text}\n{error}")))
    };
    let whole = format!("apiVersion: roamgate/v1\nkind: Aggregator\n{whole}\n");
    assert_eq!(read(&file(preset, more)), read(&whole), "{more}");
}

#[test]
fn a_file_overrides_its_preset_key_by_key() {
    const BASE: &str = "baseUrl: https://sandbox.opengateway.telefonica.com/apigateway";
    const SCOPE: &str = "scope: dpv:FraudPreventionAndDetection#device-status-roaming-read";
    let whole = |base: &str, client: &str, ciba: &str, dialect: &str| {
        format!("{base}\n{client}\ngrant: {{ ciba: {{ {ciba} }} }}\napi: {{ dialect: {dialect} }}")
    };
    let hint = format!("loginHint: 'tel:{{e164}}', {SCOPE}");
    let rows = [
        (String::new(), whole(BASE, CLIENT, &hint, "device-status-0.4")),
        (
            "grant: { ciba: { loginHint: 'phone_number:{e164}' } }".to_owned(),
            whole(
                BASE,
                CLIENT,
                &format!("loginHint: 'phone_number:{{e164}}', {SCOPE}"),
                "device-status-0.4",
            ),
        ),
        (
            "grant: { ciba: { scopeParameter: purpose, extra: { acr_values: '2' } } }".to_owned(),
            whole(
                BASE,
                CLIENT,
                &format!("{hint}, scopeParameter: purpose, extra: {{ acr_values: '2' }}"),
                "device-status-0.4",
            ),
        ),
        (
            "api: { dialect: device-status-0.5 }\nbaseUrl: https://a.example".to_owned(),
            whole("baseUrl: https://a.example", CLIENT, &hint, "device-status-0.5"),
        ),
        (
            "endpoints: { token: https://a.example/t }".to_owned(),
            whole(
                &format!("{BASE}\nendpoints: {{ token: https://a.example/t }}"),
                CLIENT,
                &hint,
                "device-status-0.4",
            ),
        ),
    ];
    for (more, whole) in rows {
        reads_as("telefonica-sandbox", &format!("{CLIENT}\n{more}"), &whole);
    }
}

#[test]
fn another_kind_replaces_that_of_the_preset() {
    const SIGNED: &str =
        "client: { id: c, authentication: { privateKeyJwt: { key: { env: K }, keyId: k } } }";
    const VOUCH: &str = "grant: { jwtBearer: { subject: 'tel:{e164}', scope: s } }";
    let base = "baseUrl: https://sandbox.opengateway.telefonica.com/apigateway";
    let api = "api: { dialect: device-status-0.4 }";
    let more = format!("{SIGNED}\n{VOUCH}");
    reads_as("telefonica-sandbox", &more, &format!("{base}\n{more}\n{api}"));
    let tokenless = "grant: none\nheaders: { x-key: { file: /k } }";
    reads_as("telefonica-sandbox", tokenless, &format!("{base}\n{tokenless}\n{api}"));
}

#[test]
fn a_preset_is_read_as_if_the_file_said_it() {
    let client =
        "client: { id: c, authentication: { bearerJwt: { key: { env: K }, applicationId: a } } }";
    let whole = format!(
        "endpoints: {{ bcAuthorize: https://api-eu.vonage.com/oauth2/bc-authorize, \
         token: https://api-eu.vonage.com/oauth2/token, \
         roaming: https://api-eu.vonage.com/camara/device-status/v050/roaming }}\n{client}\n\
         grant: {{ ciba: {{ loginHint: 'tel:{{e164}}', \
         scope: 'openid dpv:NotApplicable#device-status:roaming:read' }} }}\n\
         api: {{ dialect: device-status-0.5 }}"
    );
    reads_as("vonage", client, &whole);
}

#[test]
fn names_of_headers_do_not_mind_how_they_are_written() {
    let headers = "headers: { x-rapidapi-key: { file: /k }, x-rapidapi-host: { env: H } }";
    let compatible = "api: { compatibility: [] }";
    reads_as(
        "nokia",
        &format!("{headers}\n{compatible}"),
        &format!(
            "baseUrl: https://network-as-code.p-eu.rapidapi.com\n{headers}\ngrant: none\n\
             api: {{ dialect: device-roaming-status-1, \
             path: /device-status/device-roaming-status/v1/retrieve }}"
        ),
    );
}

#[test]
fn no_address_of_the_preset_is_left_beside_those_of_the_file() {
    const OWN: &str = "grant: { clientCredentials: { scope: device-roaming-status:read } }\n\
                       api: { dialect: device-roaming-status-1, compatibility: [trustNames] }";
    let roaming = "https://api.orange.com/camara/playground/api/device-roaming-status/v1/retrieve";
    let rows = [
        ("baseUrl: https://a.example", "baseUrl: https://a.example".to_owned()),
        (
            "baseUrl: https://a.example\nendpoints: { token: https://b.example/t }",
            "baseUrl: https://a.example\nendpoints: { token: https://b.example/t }".to_owned(),
        ),
        (
            "endpoints: { token: https://b.example/t }",
            format!("endpoints: {{ token: https://b.example/t, roaming: {roaming} }}"),
        ),
        (
            "discovery: { issuer: https://i.example }",
            format!(
                "discovery: {{ issuer: https://i.example }}\nendpoints: {{ roaming: {roaming} }}"
            ),
        ),
    ];
    for (more, places) in rows {
        reads_as("orange", &format!("{CLIENT}\n{more}"), &format!("{CLIENT}\n{places}\n{OWN}"));
    }
}

#[test]
fn a_preset_without_an_address_takes_any_way_to_say_it() {
    let scope = "grant: { ciba: { scope: s } }";
    let rows = [
        (
            "discovery: { issuer: https://i.example }\nendpoints: { roaming: https://a.example/r }",
            "",
        ),
        (
            "endpoints: { bcAuthorize: https://a.example/b, token: https://a.example/t, roaming: https://a.example/r }",
            "",
        ),
        ("endpoints: { token: https://a.example/t }", "an aggregator file needs the key `baseUrl`"),
    ];
    for (more, expected) in rows {
        let problems = check(&file("telefonica", &format!("{CLIENT}\n{scope}\n{more}")));
        let messages: String = problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(messages, expected, "{more}");
    }
}

#[test]
fn no_problem_points_into_a_preset() {
    let parts = [
        "grant: none",
        "grant: {}",
        "grant: { ciba: {}, jwtBearer: {} }",
        "grant: { jwtBearer: {} }",
        "grant: { ciba: { scope: } }",
        "client: {}",
        "client: 5",
        "client: { authentication: none }",
        "client: { authentication: { bearerJwt: {}, basic: {} } }",
        "api: {}",
        "api: { dialect: x, path: y, compatibility: z }",
        "endpoints: {}",
        "endpoints: { roaming: x }",
        "discovery: {}",
        "baseUrl: x",
        "headers: { x-rapidapi-key: k, accept: { env: A } }",
    ];
    for name in NAMES {
        for more in parts {
            let text = file(name, more);
            for problem in &check(&text) {
                let line = text.lines().nth(problem.line as usize - 1).unwrap();
                let at_name = (problem.line, problem.column) == (3, 9);
                assert!(at_name || problem.line == 4 || problem.line == 1, "{problem}");
                assert!(problem.column as usize <= line.chars().count(), "{problem}");
                assert!(problem.help.is_some(), "{problem}");
            }
        }
    }
}
