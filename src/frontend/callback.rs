//! The callback: what the operator sends the browser back with.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode};

use super::answer::{self, Reader, Refusal};
use super::flows::{Begun, EndedFlow, FlowId};
use super::sessions::Holder;
use super::{Desk, LineCheck};
use crate::camara::AuthorizationResponse;
use crate::head::Head;
use crate::line::Line;
use crate::provider::{Query, RoamingProvider};
use crate::status::{Answer, UnknownReason};

/// What became of a sign-in, and where its customer goes on.
struct Ended {
    flow: FlowId,
    outcome: Result<Answer, UnknownReason>,
    next: String,
    cookie: Option<HeaderValue>,
}

pub(super) async fn callback(State(check): State<LineCheck>, request: Request) -> Response {
    let reader = Reader::of(request.headers());
    let desk = Arc::clone(&check.desk);
    let Some((begun, response)) = check.expected(&request) else {
        return Refusal::Unusable.answer(reader, &desk.path);
    };
    // What was taken goes to its end, also if the phone changes networks and the connection is lost.
    let ended = tokio::spawn(async move { desk.finish(begun, response).await });
    let Ok(Ended { flow, outcome, next, cookie }) = ended.await else {
        return Refusal::Unusable.answer(reader, &check.desk.path);
    };
    let response = match reader {
        Reader::App => answer::state(&flow, Some(&outcome)),
        Reader::Person => answer::see_other(&next, None),
    };
    answer::with_cookie(response, cookie)
}

/// A question for the head alone would spend the code.
pub(super) async fn only_get() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

impl LineCheck {
    /// The sign-in that this request answers, if its session began it and it is the first answer.
    fn expected(&self, request: &Request) -> Option<(Begun, AuthorizationResponse)> {
        let response = AuthorizationResponse::parse(request.uri().query()?).ok()?;
        let holder = self.holder(&Head::of(request, ""))?;
        let begun = self.desk.flows.take(response.state(), &holder)?;
        Some((begun, response))
    }
}

impl Desk {
    async fn finish(&self, begun: Begun, response: AuthorizationResponse) -> Ended {
        let Begun { flow, holder, sign_in, return_to, .. } = begun;
        let (holder, cookie, outcome) = match self.client.finish_sign_in(sign_in, response).await {
            Ok(line) => {
                let (holder, cookie) = self.enter(holder, line);
                (holder, cookie, self.ask(line).await)
            }
            Err(error) => (holder, None, Err(error.reason())),
        };
        let next = return_to.as_ref().filter(|_| outcome.is_ok());
        let next = next.map_or_else(|| self.report_of(&flow), ToString::to_string);
        let ended = EndedFlow { flow: flow.clone(), return_to };
        self.flows.end(ended, holder, outcome);
        Ended { flow, outcome, next, cookie }
    }

    /// Gives a session its line. A browser gets another name for it, so that nobody who knew the old
    /// one has a part in it.
    fn enter(&self, holder: Holder, line: Line) -> (Holder, Option<HeaderValue>) {
        let (holder, cookie) = match holder {
            Holder::Caller(_) => (holder, None),
            Holder::Browser(_) => {
                self.sessions.forget(&holder);
                self.newcomer()
            }
        };
        self.sessions.prove(holder.clone(), line);
        (holder, cookie)
    }

    /// What was known of the line before it was proved counts no more: that nobody had signed in, for one.
    async fn ask(&self, line: Line) -> Result<Answer, UnknownReason> {
        self.provider.invalidate(&line);
        let asked = self.provider.roaming_status(&Query::new(line)).await;
        asked.map_err(|error| error.reason())
    }

    /// Where the outcome of a flow can be read.
    fn report_of(&self, flow: &FlowId) -> String {
        format!("{}/flow/{flow}", self.path)
    }
}
