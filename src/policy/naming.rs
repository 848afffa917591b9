//! Request classes by the names that people use.

use std::fmt;

use super::{Policy, RequestClass};
use crate::document::{Finding, Place, nearest};

impl RequestClass {
    /// Its position among the classes of its policy.
    pub(crate) fn position(self) -> usize {
        self.0 as usize
    }
}

impl Policy {
    /// For each class by its position: the most specific route, and whether a line may be asked
    /// about.
    #[cfg(feature = "metrics")]
    pub(crate) fn measured(&self) -> impl Iterator<Item = (Option<&str>, bool)> {
        let classes = (0..).map(RequestClass).zip(&self.classes);
        classes.map(|(class, it)| {
            let route = it.name.split('#').next().filter(|route| !route.is_empty());
            (route, !self.is_settled(class))
        })
    }

    /// The class of this name, as [`class_name`](Self::class_name) gives it; else the first class
    /// whose requests belong to a route of this name.
    ///
    /// # Errors
    ///
    /// [`UnknownRoute`] says which name was probably meant.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::Policy;
    ///
    /// let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// let payments = policy.class_by_name("payments").unwrap();
    /// assert_eq!(policy.class_name(payments).map(AsRef::as_ref), Some("payments"));
    ///
    /// let unknown = policy.class_by_name("paymets").unwrap_err();
    /// assert_eq!(unknown.to_string(), "no route is named `paymets`; did you mean `payments`?");
    /// assert_eq!(policy.class_name(policy.routeless()), None);
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn class_by_name(&self, name: &str) -> Result<RequestClass, UnknownRoute> {
        let named = self.classes.iter().position(|class| *class.name == *name && !name.is_empty());
        let belonging = || self.classes().into_iter().find(|class| self.belongs(*class, name));
        let found = named.map(|at| RequestClass(at as u32)).or_else(belonging);
        found.ok_or_else(|| UnknownRoute::new(name, self))
    }

    /// The classes whose requests belong to the route of this name; else the class of this name.
    ///
    /// # Errors
    ///
    /// [`UnknownRoute`] says which name was probably meant.
    pub fn classes_by_name(&self, name: &str) -> Result<Vec<RequestClass>, UnknownRoute> {
        let belonging: Vec<_> =
            self.classes().into_iter().filter(|class| self.belongs(*class, name)).collect();
        match belonging.is_empty() {
            true => self.class_by_name(name).map(|class| vec![class]),
            false => Ok(belonging),
        }
    }

    /// The class of requests that belong to no route.
    #[must_use]
    pub fn routeless(&self) -> RequestClass {
        // INVARIANT: `Classes::new` makes this class before any other.
        RequestClass(0)
    }

    fn belongs(&self, class: RequestClass, route: &str) -> bool {
        let mut routes = self.class(class).into_iter().flat_map(|class| &class.routes);
        routes.any(|at| self.route_names.get(*at).is_some_and(|name| **name == *route))
    }
}

/// A name that no route of the policy has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownRoute {
    message: String,
    help: String,
}

impl UnknownRoute {
    fn new(name: &str, policy: &Policy) -> Self {
        let mut known: Vec<_> = policy.route_names.iter().map(AsRef::as_ref).collect();
        known.sort_unstable();
        known.dedup();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "the policy has no routes".to_owned(),
            None => format!("the routes are `{}`", known.join("`, `")),
        };
        Self { message: format!("no route is named `{name}`"), help }
    }

    /// The same, as a problem of a file.
    pub(super) fn at(&self, place: Place) -> Finding {
        Finding::error("E008", place, &*self.message).help(&*self.help)
    }
}

impl fmt::Display for UnknownRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for UnknownRoute {}
