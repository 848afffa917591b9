//! [`RequestFacts`]: the free facts of a request, each read when a condition asks for it.

use std::fmt;

use http::{HeaderMap, HeaderName};

use crate::head::Head;
use crate::policy::{Attributes, Fact, FactSource, FactValue, Facts, Policy};
use crate::subject::Subject;

/// What a policy may ask of a request beside its line.
#[derive(Clone, Copy)]
pub(crate) struct RequestFacts<'a> {
    policy: &'a Policy,
    carried: Carried<'a>,
    subject: Option<&'a Subject>,
}

/// What comes with a request, or with a handler's question.
#[derive(Clone, Copy)]
pub(crate) struct Carried<'a> {
    attributes: Option<&'a Attributes>,
    /// None for a handler's question: what a header said is then among the attributes.
    headers: Option<Headers<'a>>,
}

/// The headers of a request, and those among them that the service trusts.
#[derive(Clone, Copy)]
struct Headers<'a> {
    all: &'a HeaderMap,
    trusted: &'a [HeaderName],
}

/// What a request carried, for as long as it waits.
pub(crate) struct Kept {
    attributes: Attributes,
    headers: Option<HeaderMap>,
}

impl<'a> RequestFacts<'a> {
    pub(crate) fn new(
        policy: &'a Policy,
        carried: Carried<'a>,
        subject: Option<&'a Subject>,
    ) -> Self {
        Self { policy, carried, subject }
    }

    pub(crate) fn policy(&self) -> &'a Policy {
        self.policy
    }

    fn built_in(&self, fact: &Fact) -> Option<FactValue> {
        let subject = self.subject?;
        match &*fact.name {
            "subject.id" => subject.details().id.clone().map(FactValue::Text),
            "subject.groups" => subject.details().groups.clone().map(FactValue::Texts),
            "line.proof" => FactValue::parse(subject.details().proof.name(), &fact.kind),
            "line.numberCountry" => {
                let countries = subject.line.number_countries();
                (!countries.is_empty()).then_some(FactValue::Countries(countries))
            }
            _ => None,
        }
    }
}

impl Facts for RequestFacts<'_> {
    fn get(&self, name: &str) -> Option<FactValue> {
        let fact = self.policy.fact(name)?;
        match &fact.source {
            FactSource::Extension => self.carried.attribute(fact),
            FactSource::Header(header) => self.carried.header(fact, header),
            FactSource::Claim => self.subject?.details().claims.get(&fact.name),
            FactSource::BuiltIn => self.built_in(fact),
        }
    }
}

impl<'a> Carried<'a> {
    /// What a request carries. Of its headers, only the trusted ones are facts.
    pub(crate) fn by(head: &'a Head<'_>, trusted: &'a [HeaderName]) -> Self {
        Self {
            attributes: head.extensions.get(),
            headers: Some(Headers { all: head.headers, trusted }),
        }
    }

    /// What a handler says it knows.
    pub(crate) fn with(attributes: &'a Attributes) -> Self {
        Self { attributes: Some(attributes), headers: None }
    }

    /// What may be asked for after the request is gone.
    pub(crate) fn keep(self, policy: &Policy) -> Kept {
        let needed = self.attributes.filter(|_| !policy.facts().is_empty());
        Kept {
            attributes: needed.cloned().unwrap_or_default(),
            headers: self.headers.map(Headers::keep),
        }
    }

    fn attribute(self, fact: &Fact) -> Option<FactValue> {
        self.attributes?.get(&fact.name)
    }

    fn header(self, fact: &Fact, name: &str) -> Option<FactValue> {
        let Some(headers) = self.headers else { return self.attribute(fact) };
        FactValue::parse(headers.only(name)?, &fact.kind)
    }
}

impl Headers<'_> {
    /// The value of a trusted header that the request has exactly once.
    fn only(&self, name: &str) -> Option<&str> {
        let trusted = self.trusted.iter().find(|trusted| trusted.as_str() == name)?;
        let mut values = self.all.get_all(trusted).iter();
        let value = values.next()?;
        if values.next().is_some() {
            return None;
        }
        value.to_str().ok()
    }

    fn keep(self) -> HeaderMap {
        let mut kept = HeaderMap::new();
        for name in self.trusted {
            for value in self.all.get_all(name) {
                kept.append(name, value.clone());
            }
        }
        kept
    }
}

impl fmt::Debug for Kept {
    /// Without what anybody said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Kept {
    /// The same as the request carried.
    pub(crate) fn carried<'a>(&'a self, trusted: &'a [HeaderName]) -> Carried<'a> {
        Carried {
            attributes: Some(&self.attributes),
            headers: self.headers.as_ref().map(|all| Headers { all, trusted }),
        }
    }
}
