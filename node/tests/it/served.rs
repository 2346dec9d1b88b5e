//! A served API over a store in memory, without the rest of a node.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use klero_finality::FinalBlock;
use klero_node::api::{ApiState, serve};
use klero_node::app::kv::KeyValue;
use klero_node::app::{Application, Place, Pool, Waiting};
use klero_node::feed::Feed;
use klero_node::metrics::Metrics;
use klero_node::store::{Batch, Durability, MemoryStore, Store};
use klero_node::{BlockStore, PeerBook, SharedStatus, Status, Submission, Submitter};
use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};

/// What a request gave.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The page of an error with this status.
    pub(crate) fn failure(&self, status: u16) -> (String, String) {
        assert_eq!(self.status, status, "{}", self.text());
        let page = self.json();
        assert_eq!(page.as_object().unwrap().len(), 2);
        let text = |field: &str| page[field].as_str().unwrap().to_owned();
        let (error, help) = (text("error"), text("help"));
        assert!(!error.is_empty() && !help.is_empty());
        (error, help)
    }
}

/// The API of a chain that stands still; transactions wait in a real pool for ever.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) status: SharedStatus,
    pub(crate) feed: Feed,
    agent: ureq::Agent,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<std::io::Result<()>>>,
}

impl Served {
    /// Final blocks whose payloads the key-value application executed.
    pub(crate) fn chain(blocks: &[FinalBlock]) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let mut application = KeyValue::open(Arc::clone(&store)).unwrap();
        for block in blocks {
            let mut batch = Batch::default();
            BlockStore::append(&mut batch, block);
            store.write(batch, Durability::Synced).unwrap();
            let header = &block.block.header;
            let place = Place {
                round: header.round,
                parent: header.parent,
                timestamp: header.timestamp,
            };
            application.finalized(&place, &block.block.body.payload).unwrap();
        }
        let head = blocks.last().map_or(0, |block| block.block.header.round);
        let reader = application.reader();
        let (submitter, submissions) = Submitter::channel(16);
        let waiting = Waiting::default();
        let pool = Pool::new(waiting.clone());
        std::thread::spawn(move || take_in(application, pool, submissions));
        Self::start(store, submitter, (Some(reader), waiting), head)
    }

    /// An empty chain of another application, with this submitter.
    pub(crate) fn without_kv(submitter: Submitter) -> Self {
        Self::start(
            Arc::new(MemoryStore::default()),
            submitter,
            (None, Waiting::default()),
            0,
        )
    }

    fn start(
        store: Arc<dyn Store>,
        submitter: Submitter,
        (kv, waiting): (Option<klero_node::app::kv::KvReader>, Waiting),
        head: u64,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (metrics, status, feed) = (Metrics::new(), SharedStatus::default(), Feed::default());
        status.update(|status: &mut Status| {
            status.name = "served".into();
            status.final_round = head;
        });
        let blocks = BlockStore::new(store);
        let state = ApiState {
            blocks,
            status: status.clone(),
            submitter,
            metrics: Arc::clone(&metrics),
            kv,
            stake: None,
            feed: feed.clone(),
            desk: None,
            peers: PeerBook::default(),
            waiting,
            bundle: None,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let server = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?;
            runtime.block_on(serve(listener, state, async {
                let _or_dropped = stopped.await;
            }))
        });
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(40)))
            .build();
        let agent = ureq::Agent::new_with_config(config);
        Self {
            address,
            metrics,
            status,
            feed,
            agent,
            stop: Some(stop),
            server: Some(server),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(self.agent.get(format!("{}{path}", self.url())).call().unwrap())
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        answer(
            self.agent
                .post(format!("{}{path}", self.url()))
                .send(body)
                .unwrap(),
        )
    }

    /// Stops the server, which must end well.
    pub(crate) fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let (Some(stop), Some(server)) = (self.stop.take(), self.server.take()) {
            let _ended = stop.send(());
            server.join().unwrap().unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let kind = response
        .headers()
        .get("content-type")
        .map_or("", |kind| kind.to_str().unwrap())
        .to_owned();
    let status = response.status().as_u16();
    let body = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_vec()
        .unwrap();
    Answer { status, kind, body }
}

/// What the application's thread of a node does with submissions.
fn take_in(mut application: KeyValue, mut pool: Pool, mut submissions: mpsc::Receiver<Submission>) {
    while let Some(Submission { transaction, answer }) = submissions.blocking_recv() {
        let verdict = pool.admits(&transaction).and_then(|digest| {
            application
                .check(&transaction)
                .map_err(klero_node::app::PoolError::Refused)?;
            pool.insert(digest, transaction);
            Ok(digest)
        });
        let _gone = answer.send(verdict);
    }
}
