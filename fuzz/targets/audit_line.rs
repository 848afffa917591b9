//! Whatever a request says, its record is one line of plain text that can be read, and decided again
//! with the same result. Whatever a line says, reading it comes to an end.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::{Corpus, fuzz_target};
use roamgate::decision_log::{DecisionLog, DecisionRecord, SubjectKey};
use roamgate::replay::{Entry, Replayer, Unreplayable, entries};
use roamgate::status::Visited;
use roamgate::{
    Attributes, Country, FixedProvider, Gate, Head, Line, Policy, RoamingStatus, Subject,
};
use tokio::runtime::{Builder, Runtime};

const POLICY: &str = include_str!("../src/audited.yaml");

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((settings, rest)) = bytes.split_first() else { return Corpus::Reject };
    match settings & 1 {
        0 => written(*settings, rest),
        _ => read(rest),
    }
    Corpus::Keep
});

/// Two logs: with values in full, and with their cells.
static DESKS: LazyLock<[Desk; 2]> = LazyLock::new(|| [Desk::new(false), Desk::new(true)]);
static POLICY_READ: LazyLock<Policy> =
    LazyLock::new(|| Policy::from_yaml("audited.yaml", POLICY).expect("it is tested"));

struct Desk {
    gate: Gate,
    log: DecisionLog,
    path: PathBuf,
    runtime: Runtime,
}

impl Desk {
    fn new(in_cells: bool) -> Self {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
        let path = folder.join(format!("roamgate-fuzz-{}-{in_cells}", std::process::id()));
        let key = SubjectKey::new("fuzz", &[7; 32]).expect("a strong one");
        let log = DecisionLog::to(&path).subject_key(key);
        let log = if in_cells { log.in_cells() } else { log };
        let log = log.start().expect("a file of our own");
        let brazil = Visited::countries(Country::from_code("BR").expect("a country"));
        let provider = FixedProvider::new()
            .with(line(0), RoamingStatus::Home)
            .with(line(1), RoamingStatus::Roaming(brazil));
        let policy = Policy::from_yaml("audited.yaml", POLICY).expect("it is tested");
        let gate = Gate::new(policy, provider).audit(log.clone());
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { gate, log, path, runtime }
    }

    /// What the log holds, which is empty afterwards.
    fn taken(&self) -> Vec<u8> {
        self.log.flush(Duration::from_secs(20)).expect("a disk with room");
        let text = std::fs::read(&self.path).expect("the file");
        let file = std::fs::File::options().write(true).open(&self.path);
        file.and_then(|file| file.set_len(0)).expect("the file");
        text
    }
}

fn line(number: u8) -> Line {
    format!("+3460000000{}", number % 3).parse().expect("a number")
}

fn written(settings: u8, rest: &[u8]) {
    let desk = &DESKS[usize::from(settings >> 1 & 1)];
    let texts: Vec<_> = rest.split(|byte| *byte == 0xff).map(String::from_utf8_lossy).collect();
    let text = |at: usize| texts.get(at).map_or("", |text| text);
    let number = rest.first_chunk().map_or(0.0, |bytes| f64::from_le_bytes(*bytes));
    let country: Country = Country::from_code(text(4)).or(Country::from_code("ES")).expect("Spain");
    let tags: Vec<&str> = text(1).split('\u{1f}').collect();
    let mut attributes = Attributes::new().set("request.note", text(0)).set("request.tags", tags);
    attributes = attributes.set("request.amount", number).set("request.ip", country);
    attributes = attributes.set("request.segment", text(2));
    let customer = Subject::from(line(settings >> 2)).acr(text(3)).id(text(5));
    let customer = customer.groups([text(6), "staff"]);
    if settings & 0x40 == 0 {
        let asked = desk.gate.check_route("pay", &customer, &attributes);
        desk.runtime.block_on(asked).expect("a route of the policy");
    } else {
        let request = http::Request::builder().method(text(7)).uri(text(8));
        let Ok(mut request) = request.body(()) else { return };
        request.extensions_mut().insert(customer);
        request.extensions_mut().insert(attributes);
        desk.runtime.block_on(desk.gate.check(&Head::of(&request, "")));
    }
    is_one_record(&desk.taken());
}

fn is_one_record(text: &[u8]) {
    let text = std::str::from_utf8(text).expect("text");
    let line = text.strip_suffix('\n').expect("a whole line");
    assert!(!line.contains(is_obeyed), "{line:?}");
    let mut found = entries(text.as_bytes()).map(|entry| entry.expect("memory").1);
    let Some(Entry::Decision(record)) = found.next() else { panic!("no decision: {line}") };
    assert!(found.next().is_none(), "several lines: {text}");
    let again: DecisionRecord = serde_json::from_str(line).expect("JSON");
    assert_eq!(again, *record);
    match Replayer::new(&POLICY_READ).replay(&record) {
        Ok(redecided) => assert!(redecided.is_as_recorded(&record), "{redecided:?}\n{line}"),
        Err(Unreplayable::LeftOut(_)) => {}
        Err(other) => panic!("{other}\n{line}"),
    }
}

/// What a terminal would obey.
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn read(text: &[u8]) {
    let policy = &*POLICY_READ;
    let mut replayer = Replayer::new(policy);
    for entry in entries(text) {
        match entry.expect("memory").1 {
            Entry::Decision(record) => {
                let told = replayer.replay(&record).map_err(|why| why.to_string());
                let _ = (told, replayer.explain(&record).is_ok());
                let written = serde_json::to_string(&*record).expect("a record");
                let again: DecisionRecord = serde_json::from_str(&written).expect("its own words");
                assert_eq!(again, *record);
            }
            Entry::Unreadable(why) => assert!(why.len() < 400 && !why.contains(char::is_control)),
            _ => {}
        }
    }
}
