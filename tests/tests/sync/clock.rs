//! A till whose clock is wrong, though not so wrong that nothing is answered: it hears by how much.

use std::sync::Arc;
use std::time::Duration;

use comptoir_core::outside::{Clock, SetClock, SystemClock};
use comptoir_sync::task::{self, State};
use tokio::sync::{Notify, watch};

use crate::shop::{enrol, found_by, sell, serve};

#[tokio::test(flavor = "multi_thread")]
async fn a_till_hears_by_how_much_its_clock_is_wrong_and_that_it_is_right_again() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), "127.0.0.1:0").await;
    let clock = SetClock::at(SystemClock.now() - 200);
    let desk = found_by(&folder.path().join("till"), "01", clock.clone());
    enrol(&desk, &served.link(1, "Exemple", "Rennes")).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let (heard, mut told) = tokio::sync::mpsc::unbounded_channel();
    let ring = Arc::new(Notify::new());
    let following = tokio::spawn(task::follow(desk.clone(), ring.clone(), stopped, move |state, ahead| {
        let _ = heard.send((state.clone(), ahead));
    }));
    let mut hears = async |is_it: fn(i64) -> bool| {
        let listened = async {
            loop {
                let (state, ahead) = told.recv().await.unwrap();
                if is_it(ahead) && state == State::InStep {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), listened).await.unwrap();
    };
    // It stood still since, so it is behind by a little more.
    hears(|ahead| (-215..=-200).contains(&ahead)).await;
    clock.advance(205);
    sell(&desk, 1);
    ring.notify_one();
    hears(|ahead| ahead == 0).await;
    stop.send(true).unwrap();
    following.await.unwrap();
    served.stop().await;
}
