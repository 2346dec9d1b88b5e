//! The counters, as Prometheus reads them.

use std::time::Duration;

use klero_analysis::risk::electorate_risk;
use klero_node::Digest;
use klero_node::events::FinalEvent;
use klero_node::metrics::Metrics;
use klero_stake::evidence::OffenceKind;

fn event(round: u64, synced: bool) -> FinalEvent {
    FinalEvent {
        round,
        period: 0,
        block: Digest::ZERO,
        at_us: 1,
        finality_us: None,
        transactions: 4,
        seats: 9,
        threshold: 9,
        signers: 5,
        proven: 2,
        certificate_bytes: 400,
        votes: 11,
        votes_with_proof: 3,
        synced,
    }
}

/// Whether the page has a line.
fn has(page: &str, line: &str) {
    assert!(
        page.lines().any(|found| found == line),
        "no line {line:?} in\n{page}"
    );
}

#[test]
fn every_counter_has_a_help_text_and_the_projects_prefix() {
    let metrics = Metrics::new();
    // A counter by label appears with its first label.
    metrics.refused("stale");
    metrics.votes_cast("soft", 1);
    metrics.finalized(&event(1, false), None);
    metrics.answered(200);
    let risk = electorate_risk(&klero_node::finality::Profile::full(), [1, 1, 1, 1]).unwrap();
    metrics.set_bounds(&risk, true);
    let page = metrics.encode();
    let names = |kind: &str| -> Vec<String> {
        let lines = page.lines().filter_map(|line| line.strip_prefix(kind));
        lines
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    };
    let (helps, types) = (names("# HELP "), names("# TYPE "));
    assert_eq!(helps, types);
    assert!(
        types.len() == 29 && types.iter().all(|name| name.starts_with("klero_")),
        "{types:?}"
    );
    assert!(page.ends_with("# EOF\n"));
}

#[test]
fn what_is_set_and_counted_shows() {
    let metrics = Metrics::new();
    metrics.set_pool(12);
    metrics.set_peers(3);
    metrics.set_position(8, 1);
    metrics.refused("bad proof");
    metrics.refused("bad proof");
    metrics.refused("stale");
    metrics.votes_verified(40);
    metrics.votes_cast("cert", 5);
    metrics.proposed();
    metrics.alarm();
    metrics.log_written(Duration::from_micros(700));
    metrics.answered(202);
    metrics.answered(503);
    metrics.set_silent(Some("paused"), true);
    metrics.set_validators(3, 2);
    metrics.set_stall(12);
    metrics.set_disk(5_000_000_000, 77);
    metrics.convicted();
    metrics.offence(OffenceKind::Abandonment);
    let page = metrics.encode();
    for line in [
        "klero_pool_transactions 12",
        "klero_peers 3",
        "klero_round 8",
        "klero_period 1",
        "klero_refused_total{reason=\"bad proof\"} 2",
        "klero_refused_total{reason=\"stale\"} 1",
        "klero_votes_verified_total 40",
        "klero_votes_cast_total{step=\"cert\"} 5",
        "klero_proposed_total 1",
        "klero_alarms_total 1",
        "klero_log_write_seconds_bucket{le=\"0.001\"} 1",
        "klero_log_write_seconds_bucket{le=\"0.0005\"} 0",
        "klero_http_answers_total{status=\"2xx\"} 1",
        "klero_http_answers_total{status=\"5xx\"} 1",
        "klero_silent{reason=\"paused\"} 1",
        "klero_silent{reason=\"convicted\"} 0",
        "klero_voting_paused 1",
        "klero_validators_held 3",
        "klero_validators_drawing 2",
        "klero_stall_seconds 12",
        "klero_disk_free_bytes 5000000000",
        "klero_data_bytes 77",
        "klero_convictions_total 1",
        "klero_offences_total{kind=\"abandonment\"} 1",
        "klero_offences_total{kind=\"equivocation\"} 0",
    ] {
        has(&page, line);
    }
}

#[test]
fn a_final_block_counts_once_and_finality_only_where_it_was_seen() {
    let metrics = Metrics::new();
    metrics.finalized(&event(1, false), Some(Duration::from_millis(80)));
    metrics.finalized(&event(2, true), None);
    let page = metrics.encode();
    for line in [
        "klero_final_round 2",
        "klero_finalized_total{source=\"votes\"} 1",
        "klero_finalized_total{source=\"sync\"} 1",
        "klero_transactions_total 8",
        "klero_block_transactions_count 2",
        "klero_certificate_bytes_sum 800.0",
        "klero_finality_seconds_count 1",
        "klero_finality_seconds_bucket{le=\"0.06\"} 0",
        "klero_finality_seconds_bucket{le=\"0.1\"} 1",
        "klero_votes_counted_total{proof=\"yes\"} 6",
        "klero_votes_counted_total{proof=\"no\"} 16",
    ] {
        has(&page, line);
    }
}
