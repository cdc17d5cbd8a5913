//! The index answers as a model does that looks at everything, over SQLite and PostgreSQL.

#![allow(clippy::print_stderr, reason = "a test says what it does not test")]

mod kept;
mod meanwhile;
mod naive;
mod postgresql;
mod suite;
mod world;

use medshare_indexer::{Error, Index};
use medshare_types::Hash;
use world::{GENESIS, World};

/// A file of SQLite's of its own.
fn file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let address = format!("sqlite:{}", folder.path().join("an index #1?.db").display());
    (folder, address)
}

/// The address of a file that sqlx reads as it stands.
fn plain() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let address = format!("sqlite:{}", folder.path().join("index.db").display());
    (folder, address)
}

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("it can").block_on(future);
}

#[test]
fn answers_as_the_model_does_in_memory() {
    run(async {
        for seed in 0..12 {
            suite::answers_as_the_model_does("sqlite::memory:", seed).await;
        }
    });
}

#[test]
fn answers_as_the_model_does_in_a_file_that_is_reopened() {
    run(async {
        for seed in 100..104 {
            let (_folder, address) = file();
            suite::answers_as_the_model_does(&address, seed).await;
        }
    });
}

#[test]
fn answers_as_the_model_does_over_postgresql() {
    let Some(server) = postgresql::Server::start() else { return };
    run(async {
        for seed in 200..204 {
            let address = server.database(&format!("index_{seed}"));
            suite::answers_as_the_model_does(&address, seed).await;
        }
    });
}

#[test]
fn what_is_half_written_is_not_there() {
    run(async {
        let (_folder, address) = file();
        suite::what_is_half_written_is_not_there(&address).await;
    });
}

#[test]
fn postgresql_refuses_what_does_not_follow_as_sqlite_does() {
    let Some(server) = postgresql::Server::start() else { return };
    run(async {
        suite::what_is_half_written_is_not_there(&server.database("half")).await;
        suite::an_index_of_another_chain_is_refused(&server.database("other")).await;
        suite::a_second_writer_is_refused(&server.database("second")).await;
        suite::an_older_form_is_emptied_and_a_newer_one_refused(&server.database("form")).await;
    });
}

#[test]
fn a_foreign_database_is_left_alone() {
    run(async {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let address = format!("sqlite:{}", folder.path().join("index.db").display());
        kept::a_foreign_database_is_left_alone(&address).await;
    });
}

#[test]
fn over_postgresql_what_must_be_kept_is_kept() {
    let Some(server) = postgresql::Server::start() else { return };
    run(async {
        kept::a_foreign_database_is_left_alone(&server.database("foreign")).await;
        kept::a_question_has_a_time_limit(&server.database("limit")).await;
        kept::questions_of_the_best_block_do_not_stop_the_writer(&server.database("best")).await;
        kept::places_do_not_depend_on_batches(&server.database("one"), &server.database("other")).await;
        kept::what_is_given_up_is_there_or_not(&server.database("given")).await;
    });
}

#[test]
fn blocks_do_not_wait_for_searches_that_wait_for_rows() {
    let Some(server) = postgresql::Server::start() else { return };
    run(async {
        meanwhile::blocks_do_not_wait_for_searches_that_wait_for_rows(&server.database("locked")).await;
    });
}

#[test]
fn who_writes_is_told_of_a_server_that_is_away() {
    let Some(server) = postgresql::Server::start() else { return };
    run(meanwhile::who_writes_is_told_of_a_server_that_is_away(&server));
}

#[test]
fn lost_blocks_come_again() {
    run(async {
        let (_folder, address) = plain();
        meanwhile::lost_blocks_come_again(&address).await;
    });
    let Some(server) = postgresql::Server::start() else { return };
    run(async { meanwhile::lost_blocks_come_again(&server.database("lost")).await });
}

#[test]
fn lists_in_queries_are_bounded() {
    run(async {
        let index = Index::open("sqlite::memory:", GENESIS).await.expect("it opens");
        index.apply(&[World::new(20).block()]).await.expect("it follows");
        kept::lists_in_queries_are_bounded(&index).await;
    });
}

#[test]
fn statistics_of_the_market_are_bounded() {
    run(kept::statistics_of_the_market_are_bounded());
}

#[test]
fn a_question_has_a_time_limit() {
    run(async {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let path = folder.path().join("index.db").display().to_string();
        kept::a_question_has_a_time_limit(&format!("sqlite:{path}")).await;
    });
}

#[test]
fn questions_of_the_best_block_do_not_stop_the_writer() {
    run(async {
        let (_folder, address) = file();
        kept::questions_of_the_best_block_do_not_stop_the_writer(&address).await;
        kept::questions_of_the_best_block_do_not_stop_the_writer("sqlite::memory:").await;
    });
}

#[test]
fn places_do_not_depend_on_batches() {
    run(async {
        let ((_one, first), (_other, second)) = (file(), file());
        kept::places_do_not_depend_on_batches(&first, &second).await;
    });
}

#[test]
fn what_is_given_up_is_there_or_not() {
    run(async {
        let (_folder, address) = file();
        kept::what_is_given_up_is_there_or_not(&address).await;
    });
}

#[test]
fn no_error_tells_a_password() {
    run(async {
        for address in [
            "postgres://index:secret@127.0.0.1:1/index",
            "postgres://index@127.0.0.1:1/index?password=secret",
            "postgres://index:secret@[nowhere/index",
            "postgresql://index:se/cret@127.0.0.1:1/index",
            "mysql://index:secret@127.0.0.1/index",
        ] {
            let Err(error) = Index::open(address, GENESIS).await else { panic!("nobody is there") };
            let told = format!("{error} {}", error.details());
            assert!(!told.contains("secret") && !told.contains("cret@"), "{told}");
            assert!(error.to_string().contains("index"), "{error}");
        }
    });
}

#[test]
fn an_index_of_another_chain_is_refused() {
    run(async {
        let (_folder, address) = file();
        suite::an_index_of_another_chain_is_refused(&address).await;
    });
}

#[test]
fn a_second_writer_is_refused() {
    run(async {
        let (_folder, address) = file();
        suite::a_second_writer_is_refused(&address).await;
    });
}

#[test]
fn an_older_form_is_emptied_and_a_newer_one_refused() {
    run(async {
        let (_folder, address) = plain();
        suite::an_older_form_is_emptied_and_a_newer_one_refused(&address).await;
    });
}

#[test]
fn a_version_beside_another_record_is_found() {
    run(async {
        let (_folder, address) = plain();
        suite::a_version_beside_another_record_is_found(&address).await;
    });
}

#[test]
fn an_address_that_names_no_database_is_refused() {
    run(async {
        for address in ["", "sqlite:", "mysql://somewhere/x", "index.db"] {
            assert!(matches!(Index::open(address, GENESIS).await, Err(Error::Address(_))), "{address}");
        }
    });
}

#[test]
fn answers_can_be_awaited_by_any_thread() {
    fn sent<T: Send>(_: &T) {}
    run(async {
        let index = Index::open("sqlite::memory:", GENESIS).await.expect("it opens");
        let mut world = World::new(1);
        let block = world.block();
        sent(&index.search(&Default::default(), &[]));
        sent(&index.trace(&Default::default(), &[]));
        sent(&index.apply(&[]));
        sent(&index.market_statistics(&Default::default(), std::slice::from_ref(&block)));
        assert_ne!(index.genesis(), Hash::zero());
    });
}
