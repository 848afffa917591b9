//! Mistakes that a file would hide: secrets in the place of their names, and settings that mean
//! something else than they say.

use roamgate::camara::{Aggregator, Client};

use crate::files::{GOOD, check, each_is_told, told};

#[test]
fn an_inline_secret_is_refused_and_not_repeated() {
    let reference = "{ env: ROAMGATE_TEST_UNSET }";
    let rows = [
        GOOD.replace(reference, "hunter2"),
        GOOD.replace(reference, "\"hunter2\""),
        GOOD.replace(reference, "\n  hunter2"),
        GOOD.replace(reference, "[hunter2]"),
        GOOD.replace("secret: { env: ROAMGATE_TEST_UNSET }", "secert: hunter2"),
        GOOD.replace("{ secret", "{ secret: hunter2, secret"),
        GOOD.replace("secret: { env: ROAMGATE_TEST_UNSET }", "secret: hunter2, encodin: raw"),
        GOOD.replace(reference, "hunter2 }}}}}"),
        format!("{GOOD}headers: {{ x-api-key: hunter2 }}\n"),
        format!("{GOOD}headers: {{ x-api-key: hunter2, x_y: }}\n"),
        format!("{GOOD}header: {{ x-api-key: hunter2 }}\n"),
        format!("{GOOD}clientSecret: hunter2\n"),
        format!("{GOOD}clientSecret: hunter2 ]\n"),
        GOOD.replace("id: my-app", "id: my-app, password: hunter2"),
        GOOD.replace("id: my-app", "id: my-app, \"clientSecret\": hunter2"),
        GOOD.replace("scope:", "token: hunter2, scope:"),
        GOOD.replace("https://api", "https://user:hunter2@api"),
        GOOD.replace("https://api.example/gateway", "\"http://user:hunter2@\""),
        GOOD.replace("/gateway", "/gateway?key=hunter2"),
        GOOD.replace("ROAMGATE_TEST_UNSET", "hunter2-odd"),
        GOOD.replace("ROAMGATE_TEST_UNSET", "'hunter2!'"),
        GOOD.replace("ROAMGATE_TEST_UNSET", "'${hunter2}'"),
        GOOD.replace("ROAMGATE_TEST_UNSET", "0hunter2"),
        GOOD.replace("ROAMGATE_TEST_UNSET } }", "hunter2 }, encodin: raw }"),
        GOOD.replace("env: ROAMGATE_TEST_UNSET } }", "file: /hunter2 }, encodin: raw }"),
        format!("{GOOD}headers: {{ X-RapidAPI-Key: {{ env: hunter2.key }} }}\n"),
        GOOD.replace(", scope:", ", extra: { api_key: hunter2, client_id: a }, scope:"),
    ];
    for text in rows {
        let problems = check(&text);
        assert!(!problems.is_empty(), "{text}");
        assert!(!problems.to_string().contains("hunter2"), "{problems}");
        assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    }
}

#[test]
fn what_cannot_be_the_name_of_a_variable_is_refused() {
    let help = "write its name alone: letters, digits and `_`, and no digit first; the secret itself never stands in the file";
    let expected =
        format!("E022 4:65 `env` is the name of a variable, and this cannot be one / {help}");
    for name in ["p4ssw0rd-Canary", "'p4ssw0rd-Canary!'", "a.b", "a=b", "\"\""] {
        let text = GOOD.replace("ROAMGATE_TEST_UNSET", name);
        assert_eq!(told(&text), [expected.as_str()], "{name}");
    }
    for name in ["_", "a", "CLIENT_SECRET_2"] {
        assert_eq!(told(&GOOD.replace("ROAMGATE_TEST_UNSET", name)), [""; 0], "{name}");
    }
}

#[test]
fn a_secret_where_its_place_should_stand_is_not_repeated() {
    for reference in ["env: hunter2_canary", "file: hunter2/canary"] {
        let text = GOOD.replace("env: ROAMGATE_TEST_UNSET", reference);
        let text = text.replace(", scope:", ", extra: { api_key: hunter2 }, scope:");
        let aggregator = Aggregator::from_yaml("a.yaml", &text).unwrap();
        let debug = format!("{aggregator:?}");
        let error = Client::new(aggregator).unwrap_err();
        let told = format!("{error}");
        assert!(told.contains("`client.authentication.basic.secret` names (a.yaml:4)"), "{told}");
        let told = format!("{debug} {error} {error:?}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let given = Aggregator::from_yaml("a.yaml", GOOD).unwrap().client_secret("hunter2");
    assert!(!format!("{given:?}").contains("hunter2"));
}

#[test]
fn what_is_hidden_may_hold_escapes() {
    for value in [r"a\n\x41\u00e9b", r"a\\n", r#"a \"b\" c"#, r"\\\\", r"\t\\\x41"] {
        let extra = format!(", extra: {{ note: \"{value}\" }}, scope:");
        assert_eq!(told(&GOOD.replace(", scope:", &extra)), [""; 0], "{value}");
    }
}

#[test]
fn what_means_something_else_than_it_says_is_told() {
    let plus = "leave out `+`: `{e164}` is the number with its plus sign";
    let comment = "E014 5:50 `scope` ends here: after a space, `#` begins a comment / write it in quotes, or without the space; if it is a comment, write a space after `#`";
    let bare = GOOD.replace("\"dpv:Fraud#roaming\" } }", "dpv:Fraud #roaming\n  } }");
    assert_eq!(told(&bare), [comment]);
    for fine in ["dpv:Fraud # the purpose", "openid #the scope", "dpv:Fraud#roaming #twice"] {
        let text = GOOD.replace("\"dpv:Fraud#roaming\" } }", &format!("{fine}\n  }} }}"));
        let told = told(&text);
        assert_eq!(told.is_empty(), !fine.ends_with("#twice"), "{fine}: {told:?}");
    }
    let example = "write a value of your own, without the brackets";
    each_is_told(&[
        (
            "tel:{e164}",
            "tel:+{e164}",
            format!("E003 5:29 `tel:+{{e164}}` writes the plus sign twice / {plus}"),
        ),
        (
            "tel:{e164}",
            "tel:%2B{e164}",
            format!("E003 5:29 `tel:%2B{{e164}}` writes the plus sign twice / {plus}"),
        ),
        ("my-app", "<my-app-id>", format!("E018 4:15 `id` still is the example / {example}")),
        (
            "\"dpv:Fraud#roaming\"",
            "<dpv:Fraud#roaming>",
            format!("E018 5:50 `scope` still is the example / {example}"),
        ),
        (
            "device-status-0.4",
            "device-status-0.5, path: /x/device-roaming-status/v1/retrieve",
            "E014 6:42 `/x/device-roaming-status/v1/retrieve` is where `device-roaming-status-1` is spoken / write `dialect: device-roaming-status-1`, or the path of the version you speak".to_owned(),
        ),
        (
            "device-status-0.4",
            "device-roaming-status-1, path: /device-status/v0/roaming",
            "E014 6:48 `/device-status/v0/roaming` is where `device-status-0.5` is spoken".to_owned(),
        ),
    ]);
    for parameter in ["grant_type", "auth_req_id", "login_hint_token", "id_token_hint", "request"] {
        let extra = format!(", extra: {{ {parameter}: x }}, scope:");
        let expected =
            format!("E003 5:52 the parameter `{parameter}` is already sent by the grant");
        each_is_told(&[(", scope:", extra.as_str(), expected)]);
    }
}

#[test]
fn limits_and_timeouts_that_contradict_each_other_are_told() {
    let rows = [
        (
            "timeouts: { connect: 10s, attempt: 5s, total: 6s }",
            "E023 7:22 `connect` is longer than `attempt`, which is 5s / write at most 5s, or a longer `attempt`",
        ),
        (
            "timeouts: { attempt: 5s, total: 1s }",
            "E023 7:22 `attempt` is longer than `total`, which is 1s / write at most 1s, or a longer `total`",
        ),
        ("timeouts: { attempt: 6s }", "E023 7:22 `attempt` is longer than `total`, which is 5s"),
        ("timeouts: { connect: 3s }", "E023 7:22 `connect` is longer than `attempt`, which is 2s"),
        (
            "limits: { quotaPause: 0s }",
            "E023 7:23 `quotaPause` is zero, so that a quota that is used up would be asked at once / write how long to wait, or leave it out for 5 minutes",
        ),
        (
            "limits: { lookupsPerMinute: 60, lookupsPerDay: 10 }",
            "E023 7:29 `lookupsPerMinute` is more than `lookupsPerDay`, which is 10 / write at most 10, or more for `lookupsPerDay`",
        ),
        (
            "headers: { X-Key: { env: A }, x-key: { env: B } }",
            "E014 7:31 the header `x-key` is there twice / remove one: names of headers do not mind how they are written",
        ),
    ];
    for (block, expected) in rows {
        let told = told(&format!("{GOOD}{block}\n"));
        assert!(told.iter().any(|problem| problem.starts_with(expected)), "{block}: {told:#?}");
    }
    for fine in [
        "timeouts: { connect: 1s, attempt: 1s, total: 1s }",
        "timeouts: { total: 50ms }",
        "limits: { lookupsPerDay: 10, lineInterval: 0s }",
    ] {
        assert_eq!(told(&format!("{GOOD}{fine}\n")), [""; 0], "{fine}");
    }
}
