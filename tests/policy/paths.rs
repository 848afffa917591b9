//! Paths that are refused, and preflights.

use roamgate::policy::{Assurance, Hostile, Policy, Target};

use crate::routes::{policy, text};

/// Every way to write one path so that two readers understand it differently.
const HOSTILE: [(&str, Hostile); 16] = [
    ("admin", Hostile::NotAbsolute),
    ("http://host/admin", Hostile::NotAbsolute),
    ("//admin", Hostile::EmptySegment),
    ("/x//admin", Hostile::EmptySegment),
    ("/admin//", Hostile::EmptySegment),
    ("/x/../admin", Hostile::DotSegment),
    ("/./admin", Hostile::DotSegment),
    ("/x/%2e%2E/admin", Hostile::DotSegment),
    ("/x/.%2e/admin", Hostile::DotSegment),
    ("/x%2Fadmin", Hostile::EncodedSlash),
    ("/x%5cadmin", Hostile::EncodedSlash),
    ("/x\\admin", Hostile::Forbidden),
    ("/admin;a=b", Hostile::Forbidden),
    ("/admin#x", Hostile::Forbidden),
    ("/admin%00", Hostile::Forbidden),
    ("/admin%C3", Hostile::BadEncoding),
];

#[test]
fn hostile_paths_are_refused_wherever_a_rule_could_have_applied() {
    let policy = policy("admin: [{ method: [GET, OPTIONS], path: /admin }]");
    for (path, why) in HOSTILE {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert_eq!(policy.classify(&Target::new(method, path)), Err(why), "{method} {path}");
        }
        let class = policy.classify(&Target::new("POST", path)).unwrap();
        assert!(!policy.needs_line(class, &Assurance::NONE), "no rule is about POST");
    }
}

#[test]
fn hostile_paths_are_none_of_a_policys_business_that_enforces_nothing() {
    let text = format!("{}mode: shadow\n", text("p", "deny", "admin: [{ path: /admin }]"));
    let policy = Policy::from_yaml("p.yaml", &text).unwrap();
    for (path, _) in HOSTILE {
        assert!(policy.classify(&Target::new("GET", path)).is_ok(), "{path}");
    }
}

#[test]
fn hostile_paths_are_refused_where_unmatched_requests_are() {
    let policy =
        Policy::from_yaml("p.yaml", &text("p", "deny", "admin: [{ method: GET, path: /admin }]"))
            .unwrap();
    for (path, why) in HOSTILE {
        assert_eq!(policy.classify(&Target::new("DELETE", path)), Err(why), "{path}");
        assert!(policy.classify(&Target::new("OPTIONS", path).preflight(true)).is_ok(), "{path}");
    }
}

#[test]
fn a_preflight_is_exempt_unless_options_is_named() {
    let preflight = |path| Target::new("OPTIONS", path).preflight(true);
    let exempt = |policy: &Policy, target: &Target<'_>| {
        policy.is_exempt(policy.classify(target).unwrap(), target)
    };
    let closed = Policy::from_yaml(
        "p.yaml",
        &text("p", "deny", "pay: [{ path: /pay }]\nall: [{ path: \"/{*rest}\" }]"),
    )
    .unwrap();
    assert!(exempt(&closed, &preflight("/pay")));
    assert!(exempt(&closed, &preflight("/elsewhere")));
    assert!(
        !exempt(&closed, &Target::new("OPTIONS", "/elsewhere")),
        "an OPTIONS request that is no preflight"
    );
    let named =
        Policy::from_yaml("p.yaml", &text("p", "deny", "pay: [{ method: OPTIONS, path: /pay }]"))
            .unwrap();
    assert!(!exempt(&named, &preflight("/pay")));
    assert_eq!(
        named.classify(&preflight("/x/../pay")),
        Err(Hostile::DotSegment),
        "a rule could have applied"
    );
}
