//! What an aggregator file says where messages must not repeat it, or the wire could not carry it.

use roamgate::camara::Aggregator;

const GOOD: &str = r##"apiVersion: roamgate/v1
kind: Aggregator
baseUrl: https://api.example/gateway
client: { id: my-app, authentication: { basic: { secret: { env: ROAMGATE_TEST_UNSET } } } }
grant: { ciba: { loginHint: "tel:{e164}", scope: "dpv:Fraud#roaming" } }
api: { dialect: device-status-0.4 }
"##;

/// Each problem as `CODE LINE:COLUMN message`, with its help behind ` / `.
fn told(text: &str) -> Vec<String> {
    let problems = Aggregator::check("a.yaml", text);
    let told = problems.iter().map(|p| {
        let help = p.help.as_deref().unwrap_or_default();
        format!("{} {}:{} {} / {help}", p.code, p.line, p.column, p.message)
    });
    told.collect()
}

#[test]
fn a_client_id_with_a_colon_is_encoded_or_not_sent() {
    let text = GOOD.replace("id: my-app", "id: 'my:app'");
    assert_eq!(told(&text), [""; 0]);
    let raw = text.replace("UNSET }", "UNSET }, encoding: raw");
    let expected = "E014 4:100 `raw` cannot carry a client id with a colon, where the secret begins \
                    / leave out `encoding`: `form` is the default";
    assert_eq!(told(&raw), [expected]);
}

#[test]
fn a_value_that_messages_do_not_repeat_is_told_without_it() {
    let text = GOOD.replace("scope:", "extra: { my_password: 271828 }, scope:");
    let expected = "E022 5:65 this value does not belong here; it is not repeated, as it may be a \
                    secret / write texts in quotes";
    assert_eq!(told(&text), [expected]);
    assert!(!Aggregator::check("a.yaml", &text).to_string().contains("271828"));
}
