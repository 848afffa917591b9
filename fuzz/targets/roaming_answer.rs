//! Whatever the roaming endpoint answers: it is believed in full or not at all, and never more than
//! it says.
#![no_main]

use std::time::{Duration, SystemTime};

use libfuzzer_sys::{Corpus, fuzz_target};
use roamgate::camara::fuzzing::roaming_answer;
use roamgate::{Line, RoamingStatus};
use serde_json::Value;

const ASKED: Duration = Duration::from_secs(1_784_000_000);

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((settings, body)) = bytes.split_first() else { return Corpus::Reject };
    let line: Line = "+34600000001".parse().expect("a number");
    let sent = (settings & 1 == 1).then_some(line);
    let deviations = (settings & 2 == 2, settings & 4 == 4);
    let asked_at = SystemTime::UNIX_EPOCH + ASKED;
    let read = roaming_answer(body, sent, deviations, asked_at);
    let (Some((answer, is_doubted)), said) = (read, serde_json::from_slice::<Value>(body)) else {
        return Corpus::Keep;
    };
    let said = said.expect("what is believed is JSON");
    let roams = said["roaming"].as_bool().expect("what is believed says whether the line roams");
    match answer.status() {
        RoamingStatus::Home => assert!(!roams),
        RoamingStatus::Roaming(visited) => {
            assert!(roams);
            let allowed = visited.mcc.and_then(|mcc| mcc.countries());
            let mut named = visited.countries.iter();
            assert!(allowed.is_none_or(|all| named.all(|country| all.contains(country))));
            let is_named = !said["countryName"].is_null() || !said["countryCode"].is_null();
            assert!(is_named || (visited.countries.is_empty() && visited.mcc.is_none()));
            assert!(!is_doubted || (!said["countryCode"].is_null() && visited.mcc.is_none()));
        }
    }
    assert_eq!(answer.asked_at(), asked_at);
    let is_told = !said["lastStatusTime"].is_null();
    assert_eq!(answer.confirmed_at().is_some(), is_told);
    let latest = asked_at + Duration::from_secs(60);
    assert!(answer.confirmed_at().is_none_or(|confirmed| confirmed <= latest));
    if !said["device"].is_null() {
        assert!(sent.is_some(), "an answer names a line that nobody named");
        let number = said["device"]["phoneNumber"].as_str();
        assert_eq!(number.map(str::parse), Some(Ok(line)));
    }
    Corpus::Keep
});
