//! Texts that are no policies, as large as wanted, of every kind that could keep a reader busy.

/// The greatest size of a file.
pub(crate) const LARGEST: usize = 4 * 1024 * 1024;

/// What stands before the part of a policy that is wrong.
const HEAD: &str = concat!(
    "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
    "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\n",
);

/// What a text needs to be parsed at all, however little else it has in common with a policy.
const NAMED: &str = "# apiVersion\n";

/// A text that is refused.
pub(crate) struct Garbage {
    pub(crate) name: &'static str,
    /// The code of the first error, of as much as is read at all.
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// What is not even YAML, or one value, or somebody else's.
pub(crate) fn noise(size: usize) -> Vec<Garbage> {
    let foreign = [
        ("somebody else's keys", "E004", filled("", "a: 1\n", "", size)),
        ("somebody else's keys in a line", "E004", filled("{", "a: 1, ", "}", size)),
        ("somebody else's lists", "E004", filled("[", "[],", "]", size)),
        ("random letters", "E001", random(size)),
    ];
    let parts = [
        ("one word", "E022", "a"),
        ("opening brackets", "E024", "["),
        ("opening blocks", "E024", "{a: "),
        ("opening items", "E024", "- "),
        ("nots", "E024", "{not: "),
        ("closing brackets", "E001", "]"),
        ("quotes", "E001", "\""),
        ("apostrophes", "E001", "'"),
        ("signs of comments", "E022", "#"),
        ("blanks", "E022", " "),
        ("line breaks", "E024", "\n"),
        ("tabs", "E022", "\t"),
        ("NULs", "E001", "\0"),
        ("colons", "E001", ":"),
        ("empty keys", "E024", ": "),
        ("anchors", "E001", "&a "),
        ("aliases", "E001", "*a "),
        ("tags", "E001", "!a "),
        ("documents", "E024", "---\n"),
        ("words of the kind", "E022", "kind "),
        ("keys of the kind behind a sign", "E022", "#kind: a "),
        ("letters of many bytes", "E022", "𝔞"),
    ];
    let parts = parts.map(|(name, code, part)| (name, code, filled(NAMED, part, "", size)));
    foreign.into_iter().chain(parts).map(Garbage::from).collect()
}

/// What is YAML throughout, and a policy in part. Where it is large, it ends at its 20,000th entry.
pub(crate) fn nonsense(size: usize) -> Vec<Garbage> {
    let rules = format!("{HEAD}rules:\n");
    let list = format!(
        "{rules}  - {{ id: r, match: {{ routes: [pay] }}, effect: deny, when: {{ line: {{ roamingIn: ["
    );
    let chained = |key: &str| format!("{HEAD}rules: []\n{key}:\n");
    let shaped = [
        (
            "groups in groups",
            "E024",
            numbered(&chained("countryGroups"), size, |at| format!("  grp{at}: [grp{}]\n", at + 1)),
        ),
        (
            "conditions in conditions",
            "E024",
            numbered(&chained("conditions"), size, |at| {
                format!("  c{at}: {{ not: c{} }}\n", at + 1)
            }),
        ),
        ("one key again and again", "E002", filled(HEAD, "mode: off\n", "", size)),
        ("unknown keys", "E003", numbered(HEAD, size, |at| format!("k{at}: 1\n"))),
        ("keys that are lists", "E003", filled(HEAD, "[]: 1\n", "", size)),
        ("lists of lists", "E022", filled(&format!("{NAMED}["), "[],", "]", size)),
        ("tagged texts", "E001", filled(&format!("{HEAD}rules: ["), "!!str a,", "]", size)),
        ("wrong codes", "E006", filled(&list, "ZZ, ", "] } } }\n", size)),
        ("wrong codes in lines", "E006", filled(&list, "ZZ,\n   ", "] } } }\n", size)),
        ("rules of another type", "E022", filled(&rules, "  - a\n", "", size)),
        ("rules without anything", "E018", filled(&rules, "  - {}\n", "", size)),
    ];
    shaped.map(Garbage::from).into()
}

/// Whole rules, more of them than a set may have. No garbage: they are read as what they are.
pub(crate) fn excess(size: usize) -> Vec<Garbage> {
    let rule = |at| {
        format!(
            "  - {{ id: r{at}, description: d, match: {{ routes: [pay] }}, when: {{ line: roaming }}, effect: deny }}\n"
        )
    };
    let rules = format!("{HEAD}rules:\n");
    let excess = [
        ("rules", "E024", numbered(&rules, size, rule)),
        ("rules with one id", "E009", filled(&rules, &rule(0), "", size)),
    ];
    excess.map(Garbage::from).into()
}

impl From<(&'static str, &'static str, String)> for Garbage {
    fn from((name, code, text): (&'static str, &'static str, String)) -> Self {
        Self { name, code, text }
    }
}

/// As many parts as there is room for.
fn filled(head: &str, part: &str, tail: &str, size: usize) -> String {
    let room = size - head.len() - tail.len();
    format!("{head}{}{tail}", part.repeat(room / part.len()))
}

/// As many parts as there is room for, each with its number.
fn numbered(head: &str, size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for at in 0.. {
        let part = part(at);
        if text.len() + part.len() >= size {
            break;
        }
        text.push_str(&part);
    }
    text
}

/// Letters of all lengths, no two texts of which are alike.
fn random(size: usize) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut text = String::with_capacity(size);
    while text.len() < size - 4 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.extend(
            char::from_u32((state >> 40) as u32 % 0x2fff).filter(|found| !found.is_control()),
        );
    }
    text
}
