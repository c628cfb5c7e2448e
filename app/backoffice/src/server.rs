//! The HTTP around the office: it carries requests in and answers out, and stops without cutting any off.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{
    HeaderValue, Method as HttpMethod, Request as HttpRequest, Response as HttpResponse, StatusCode, header,
};
use axum::routing::{any, get};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use comptoir_sync::enrol;
use comptoir_sync::message::Refused;
use comptoir_sync::request::{self, Method, Request, Response};

use crate::certificate::Certificate;
use crate::office::{BODY_BYTES_MAX, EDITED_BYTES_MAX, NEW, Office};
use crate::store::{StoreError, Tx};

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How long a stop waits for what is being answered.
const STOP_TIME: Duration = Duration::from_secs(20);
/// How many wrong codes one address may try, and for how long it then waits.
const WRONG_CODES_MAX: u32 = 5;
const WRONG_CODES_TIME: Duration = Duration::from_secs(15 * 60);
/// How many addresses are remembered at most: more than that is an attack, and the oldest are forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// The headers that a register's request has.
const HEADERS: [&str; 7] = [
    request::REGISTER,
    request::TIME,
    request::NONCE,
    request::SIGNATURE,
    request::CHECKPOINT,
    request::PROTOCOL,
    request::CODE,
];

/// What is shared by all requests.
struct Served {
    office: Office,
    /// Who tried wrong codes: how many, and since when.
    wrong_codes: Mutex<HashMap<IpAddr, (u32, Instant)>>,
}

/// Serves until `stop` ends. Without a certificate it speaks plain HTTP, as behind a proxy or on the device itself.
/// `ready` hears at which address.
pub async fn serve(
    office: Office,
    listen: SocketAddr,
    certificate: Option<Certificate>,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let stopping_office = office.clone();
    let served = Arc::new(Served { office, wrong_codes: Mutex::default() });
    let app = Router::new()
        .route("/health", get(health))
        .route("/v1/{*path}", any(answer))
        .with_state(served)
        .into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let stopping = handle.clone();
    let stopper = tokio::spawn(async move {
        stop.await;
        // Tills that wait for a change would hold it up.
        stopping_office.stop_waiting();
        stopping.graceful_shutdown(Some(STOP_TIME));
    });
    let listening = handle.clone();
    let serving = tokio::spawn(async move {
        match certificate {
            Some(certificate) => {
                // Whoever installed one before is right: a program has one provider.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let (chain, key) = (certificate.certificate.into_bytes(), certificate.key.into_bytes());
                let config = RustlsConfig::from_pem(chain, key).await?;
                axum_server::bind_rustls(listen, config).handle(handle).serve(app).await
            }
            None => axum_server::bind(listen).handle(handle).serve(app).await,
        }
    });
    if let Some(address) = listening.listening().await {
        ready(address);
    }
    let served = serving.await.map_err(std::io::Error::other)?;
    stopper.abort();
    served
}

/// Tells its figures at an address of their own, until `stop` ends: they are for whoever runs it, not for registers.
pub async fn tell_figures(
    office: Office,
    listener: std::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let app = Router::new().route("/metrics", get(figures)).with_state(office);
    let handle = Handle::new();
    let stopping = handle.clone();
    let stopper = tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(STOP_TIME));
    });
    let told = axum_server::from_tcp(listener)?.handle(handle).serve(app.into_make_service()).await;
    stopper.abort();
    told
}

async fn figures(State(office): State<Office>) -> HttpResponse<Body> {
    let (status, text) = match office.figures().await {
        Ok(text) => (StatusCode::OK, text),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
    };
    let mut response = HttpResponse::new(Body::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Whether it can do its work: what a service manager or a proxy asks.
async fn health(State(served): State<Arc<Served>>) -> HttpResponse<Body> {
    let asked = served
        .office
        .store()
        .read(|tx: &mut dyn Tx| tx.one("SELECT count(*) FROM register", &[], |row| row.integer(0)).map(drop));
    let works: Result<(), StoreError> = asked.await;
    let (status, said) = match works {
        Ok(()) => (StatusCode::OK, "{\"health\":\"well\"}"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "{\"health\":\"no database\"}"),
    };
    let mut response = HttpResponse::new(Body::from(said));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn answer(
    State(served): State<Arc<Served>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: HttpRequest<Body>,
) -> HttpResponse<Body> {
    let now = now();
    let path = request.uri().path();
    let by_code = path == enrol::PATH || path.starts_with(NEW);
    let refused = |refused: &Refused| Response {
        status: refused.status(),
        time: Some(now),
        body: serde_json::to_vec(refused).unwrap_or_default(),
    };
    let response = match carried(request).await {
        Err(reason) => refused(&reason),
        Ok(_) if by_code && !served.may_try(peer.ip()) => refused(&Refused::Busy),
        Ok(request) => served.office.answer(request, now).await,
    };
    if by_code && response.status == Refused::Code.status() {
        served.tried_wrongly(peer.ip());
    }
    http(response)
}

/// What a register says, taken out of what carries it.
async fn carried(request: HttpRequest<Body>) -> Result<Request, Refused> {
    let (parts, body) = request.into_parts();
    let malformed = |why: &str| Refused::Malformed { why: why.to_owned() };
    let method = match parts.method {
        HttpMethod::GET => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => return Err(malformed("nothing is asked so")),
    };
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let value = |name: &'static str| Some((name, parts.headers.get(name)?.to_str().ok()?.to_owned()));
    let headers = HEADERS.iter().filter_map(|name| value(name)).collect();
    let most = if parts.uri.path().ends_with("/shop") { EDITED_BYTES_MAX } else { BODY_BYTES_MAX };
    let body = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, most)).await;
    let body = body.map_err(|_| Refused::Busy)?.map_err(|_| Refused::TooLarge)?.to_vec();
    Ok(Request { method, path, headers, body })
}

fn http(response: Response) -> HttpResponse<Body> {
    let mut http = HttpResponse::new(Body::from(response.body));
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = http.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(time) = response.time {
        headers.insert(request::TIME, HeaderValue::from(time));
    }
    http
}

impl Served {
    fn may_try(&self, peer: IpAddr) -> bool {
        let tried = self.wrong_codes.lock().unwrap_or_else(PoisonError::into_inner);
        tried.get(&peer).is_none_or(|(count, since)| *count < WRONG_CODES_MAX || since.elapsed() > WRONG_CODES_TIME)
    }

    fn tried_wrongly(&self, peer: IpAddr) {
        let mut tried = self.wrong_codes.lock().unwrap_or_else(PoisonError::into_inner);
        tried.retain(|_, (_, since)| since.elapsed() <= WRONG_CODES_TIME);
        if tried.len() >= ADDRESSES_MAX {
            tried.clear();
        }
        let (count, _) = tried.entry(peer).or_insert((0, Instant::now()));
        *count += 1;
    }
}

/// The time, in unix seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

/// The time, in milliseconds since 1970.
pub fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
