//! The callback: what the operator sends the browser back with.

use axum::extract::{Request, State};
use axum::response::Response;

use super::answer::{self, Reader, Refusal};
use super::flows::{Begun, EndedFlow, FlowId};
use super::sessions::Holder;
use super::{Desk, LineCheck};
use crate::camara::AuthorizationResponse;
use crate::head::Head;
use crate::line::Line;
use crate::provider::{Query, RoamingProvider};
use crate::status::{Answer, UnknownReason};

pub(super) async fn callback(State(check): State<LineCheck>, request: Request) -> Response {
    let reader = Reader::of(request.headers());
    let desk = &check.desk;
    let Some((begun, response)) = check.expected(&request) else {
        return Refusal::Unusable.answer(reader, &desk.path);
    };
    let Begun { flow, holder, sign_in, return_to, .. } = begun;
    let proved = desk.client.finish_sign_in(sign_in, response).await;
    let proved = proved.map_err(|error| error.reason());

    let (holder, cookie) = match &proved {
        Ok(line) => desk.enter(holder, *line),
        Err(_) => (holder, None),
    };
    let outcome = match proved {
        Ok(line) => desk.ask(line).await,
        Err(reason) => Err(reason),
    };
    let went_well = outcome.is_ok();
    let ended = EndedFlow { flow: flow.clone(), return_to: return_to.clone() };
    desk.flows.end(ended, holder, outcome);
    let response = match reader {
        Reader::App => answer::state(&flow, Some(&outcome)),
        Reader::Person => {
            let next = return_to.filter(|_| went_well);
            answer::see_other(&next.unwrap_or_else(|| desk.report_of(&flow)), None)
        }
    };
    answer::with_cookie(response, cookie)
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
    /// Gives a session its line. A browser gets another name for it, so that nobody who knew the old
    /// one has a part in it.
    fn enter(&self, holder: Holder, line: Line) -> (Holder, Option<http::HeaderValue>) {
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

    async fn ask(&self, line: Line) -> Result<Answer, UnknownReason> {
        let asked = self.provider.roaming_status(&Query::new(line)).await;
        asked.map_err(|error| error.reason())
    }

    /// Where the outcome of a flow can be read.
    fn report_of(&self, flow: &FlowId) -> String {
        format!("{}/flow/{flow}", self.path)
    }
}
