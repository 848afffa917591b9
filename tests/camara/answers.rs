//! Every row of what a roaming endpoint may answer, and what is believed of it.

use roamgate::status::RoamingStatus;

use crate::support::aggregator::{Aggregator, ROAMING, ROAMING_1, Reply, json};
use crate::{client, client_of, lookup, yaml};

/// What became of an answer: `home`, `roaming MCC COUNTRIES` with `-` for what is not known, or a reason.
async fn outcome(dialect: &str, reply: Reply) -> String {
    let server = Aggregator::start().await;
    server.always(ROAMING, reply.clone());
    server.always(ROAMING_1, reply);
    match lookup(&client_of(&yaml(&server, dialect))).await {
        Err(error) => error.reason().to_string(),
        Ok(answer) => match answer.status {
            RoamingStatus::Home => "home".to_owned(),
            RoamingStatus::Roaming(visited) => {
                let mcc = visited.mcc.map_or("-".to_owned(), |mcc| mcc.to_string());
                let countries: Vec<_> = visited.countries.iter().map(|c| c.code()).collect();
                let countries =
                    if countries.is_empty() { "-".to_owned() } else { countries.join(",") };
                format!("roaming {mcc} {countries}")
            }
        },
    }
}

#[tokio::test]
async fn roaming_decides_and_the_country_is_believed_only_where_its_parts_agree() {
    let rows = [
        (r#"{"roaming":false}"#, "home"),
        (r#"{"lastStatusTime":"2024-02-20T10:41:38.657Z","roaming":false}"#, "home"),
        (r#"{"roaming":true,"countryCode":262,"countryName":["DE"]}"#, "roaming 262 DE"),
        (r#"{"roaming":true}"#, "roaming - -"),
        (r#"{"roaming":true,"status":200,"code":"OK"}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":901,"countryName":[]}"#, "roaming 901 -"),
        (r#"{"roaming":true,"countryCode":901}"#, "roaming 901 -"),
        (r#"{"roaming":true,"countryName":[]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":null,"countryName":null}"#, "roaming - -"),
        (r#"{"roaming":true,"countryName":["DE"]}"#, "roaming - DE"),
        (r#"{"roaming":true,"countryCode":262}"#, "roaming 262 DE"),
        (r#"{"roaming":true,"countryCode":340}"#, "roaming 340 BL,GF,GP,MF,MQ"),
        (
            r#"{"roaming":true,"countryCode":340,"countryName":["BL","GF","GP","MF","MQ"]}"#,
            "roaming 340 BL,GF,GP,MF,MQ",
        ),
        (r#"{"roaming":true,"countryCode":340,"countryName":["MQ"]}"#, "roaming 340 MQ"),
        // Code and names disagree.
        (r#"{"roaming":true,"countryCode":262,"countryName":["FR"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262,"countryName":["DE","FR"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":262,"countryName":[]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":901,"countryName":["DE"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":36,"countryName":["HU"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":34,"countryName":["Spain"]}"#, "roaming - -"),
        // A code that our table does not know does not contradict.
        (r#"{"roaming":true,"countryCode":799,"countryName":["DE"]}"#, "roaming 799 DE"),
        (r#"{"roaming":true,"countryCode":799}"#, "roaming 799 -"),
        // A country at home changes nothing.
        (r#"{"roaming":false,"countryCode":262,"countryName":["DE"]}"#, "home"),
        // Codes that are none.
        (r#"{"roaming":true,"countryCode":"262"}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":"262","countryName":["DE"]}"#, "roaming - DE"),
        (r#"{"roaming":true,"countryCode":262.0}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":-262}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":0}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":199}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":1000}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":1}"#, "roaming 001 -"),
        // Names that are none: one spoils the list.
        (r#"{"roaming":true,"countryName":"FR"}"#, "roaming - FR"),
        (r#"{"roaming":true,"countryName":["fr"]}"#, "roaming - FR"),
        (r#"{"roaming":true,"countryName":"France"}"#, "roaming - -"),
        (r#"{"roaming":true,"countryName":["DE","xx"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryName":["UK"]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryName":["DE",7]}"#, "roaming - -"),
        (r#"{"roaming":true,"countryCode":214,"countryName":["Spain"]}"#, "roaming 214 ES"),
        (r#"{"roaming":true,"countryName":["DE","DE"]}"#, "roaming - DE"),
        // What we do not know is ignored.
        (r#"{"roaming":true,"countryCode":262,"device":null,"vendor":{"a":1}}"#, "roaming 262 DE"),
    ];
    for (body, expected) in rows {
        assert_eq!(outcome("device-status-0.4", json(200, body)).await, expected, "{body}");
    }
}

#[tokio::test]
async fn an_answer_outside_the_contract_is_no_answer() {
    let rows = [
        r#"{"countryCode":262}"#,
        r#"{"roaming":null}"#,
        r#"{"roaming":"true"}"#,
        r#"{"roaming":1}"#,
        r#"{"roaming":true,"roaming":false}"#,
        r#"{"roaming":false}{"roaming":false}"#,
        r#"{"roaming":false} x"#,
        r#"{"roaming":false"#,
        r#"[{"roaming":false}]"#,
        r#"{"code":"OK","message":"fine"}"#,
        r#"{"eventStatus":"ROAMING_OFF"}"#,
        "\u{feff}{\"roaming\":false}",
        "<html>sign in</html>",
        "",
        r#"{"roaming":false,"lastStatusTime":"2024-02-20T10:41:38"}"#,
        r#"{"roaming":false,"lastStatusTime":"2024-02-20 10:41:38Z"}"#,
        r#"{"roaming":false,"lastStatusTime":"2024-02-20T10:41:38.Z"}"#,
        r#"{"roaming":false,"lastStatusTime":"2024-02-20T10:41:38+02"}"#,
        r#"{"roaming":false,"lastStatusTime":"2024-02-20"}"#,
        r#"{"roaming":false,"lastStatusTime":"yesterday"}"#,
        r#"{"roaming":false,"lastStatusTime":1708425698}"#,
        r#"{"roaming":false,"lastStatusTime":"2024-02-30T10:41:38Z"}"#,
        r#"{"roaming":false,"lastStatusTime":"2999-01-01T00:00:00Z"}"#,
        r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#,
        r#"{"roaming":false,"device":{"networkAccessIdentifier":"a@b"}}"#,
        r#"{"roaming":false,"device":"+34600000001"}"#,
    ];
    for body in rows {
        assert_eq!(outcome("device-status-0.4", json(200, body)).await, "invalidAnswer", "{body}");
    }
    let deep = format!(r#"{{"roaming":false,"x":{}}}"#, "[".repeat(10_000));
    let not_utf8 = b"{\"roaming\":false,\"x\":\"\xff\"}".to_vec();
    for reply in [json(200, deep), json(200, not_utf8)] {
        assert_eq!(outcome("device-status-0.4", reply).await, "invalidAnswer");
    }
}

#[tokio::test]
async fn an_answer_may_name_the_line_only_where_the_request_did() {
    let ours = r#"{"roaming":false,"device":{"phoneNumber":"+34600000001"}}"#;
    assert_eq!(outcome("phone-number", json(200, ours)).await, "home");
    assert_eq!(outcome("device-status-0.4", json(200, ours)).await, "home");
    assert_eq!(outcome("device-roaming-status-1", json(200, ours)).await, "invalidAnswer");
    let nobody = r#"{"roaming":false,"device":null}"#;
    assert_eq!(outcome("device-roaming-status-1", json(200, nobody)).await, "home");
}

#[tokio::test]
async fn only_json_of_a_bearable_size_is_read() {
    let home = || json(200, r#"{"roaming":false}"#);
    let padded = |size| json(200, format!(r#"{{"roaming":false,"x":"{}"}}"#, "x".repeat(size)));
    let rows = [
        (home().header("content-type", "application/json; charset=utf-8"), "home"),
        (home().header("content-type", "application/problem+json"), "home"),
        (home().header("content-type", "text/html"), "invalidAnswer"),
        (home().header("content-type", "application/json; charset=utf-16"), "invalidAnswer"),
        (Reply { headers: Vec::new(), ..home() }, "invalidAnswer"),
        (padded(60_000), "home"),
        (padded(70_000), "invalidAnswer"),
    ];
    for (reply, expected) in rows {
        let headers = reply.headers.clone();
        assert_eq!(outcome("device-status-0.4", reply).await, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn no_other_success_is_an_answer() {
    for status in [201, 202, 203, 206, 301, 302, 304, 308] {
        let reply = json(status, r#"{"roaming":false}"#);
        assert_eq!(outcome("device-status-0.4", reply).await, "invalidAnswer", "{status}");
    }
}

#[tokio::test]
async fn the_time_of_confirmation_is_told_as_the_network_tells_it() {
    let rows = [
        (r#""2024-02-20T10:41:38.657Z""#, Some(1_708_425_698_657)),
        (r#""2024-02-20T12:41:38.657000+02:00""#, Some(1_708_425_698_657)),
        (r#""2024-02-20t10:41:38z""#, Some(1_708_425_698_000)),
        ("null", None),
    ];
    for (time, expected) in rows {
        let server = Aggregator::start().await;
        let body = format!(r#"{{"roaming":false,"lastStatusTime":{time}}}"#);
        server.always(ROAMING, json(200, body));
        let confirmed = lookup(&client(&server)).await.unwrap().confirmed_at;
        let since = confirmed.map(|at| at.duration_since(std::time::UNIX_EPOCH).unwrap());
        assert_eq!(since.map(|since| since.as_millis()), expected, "{time}");
    }
}

#[tokio::test]
async fn an_answer_for_another_device_costs_the_token() {
    let server = Aggregator::start().await;
    server.on(ROAMING_1, |n, _| match n {
        1 => json(200, r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#),
        _ => json(200, r#"{"roaming":false}"#),
    });
    let client = client_of(&yaml(&server, "device-roaming-status-1"));
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalidAnswer: the roaming endpoint gave an answer for another device"
    );
    lookup(&client).await.unwrap();
    assert_eq!(server.seen().last().unwrap().header("authorization"), "Bearer token-2");
}
