//! One suite for both engines. Every case gets an empty database of its own: a directory for SQLite, a database on a
//! throw-away server for PostgreSQL.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod conformance {
    pub(crate) mod alerts;
    pub(crate) mod approvals;
    pub(crate) mod audit;
    pub(crate) mod configurations;
    pub(crate) mod embeds;
    pub(crate) mod events;
    pub(crate) mod faults;
    pub(crate) mod files;
    pub(crate) mod firmware;
    pub(crate) mod health;
    pub(crate) mod hook;
    pub(crate) mod idempotency;
    pub(crate) mod keys;
    pub(crate) mod messages;
    pub(crate) mod modules;
    pub(crate) mod operations;
    pub(crate) mod people;
    pub(crate) mod place;
    pub(crate) mod presence;
    pub(crate) mod registry;
    pub(crate) mod revisions;
    pub(crate) mod series;
    pub(crate) mod server;
    pub(crate) mod sheets;
    pub(crate) mod small;
    pub(crate) mod statements;
    pub(crate) mod subscriptions;
    pub(crate) mod tokens;
    pub(crate) mod transfers;
    pub(crate) mod twins;
    pub(crate) mod views;
    pub(crate) mod web_sessions;
}

use conformance::place::Place;
use conformance::{
    alerts, approvals, audit, configurations, embeds, events, faults, files, firmware, health,
    hook, idempotency, keys, messages, modules, operations, people, presence, registry, revisions,
    series, sheets, small, statements, subscriptions, tokens, transfers, twins, views,
    web_sessions,
};

/// Makes a test per case and engine.
macro_rules! suite {
    ($($module:ident: $($case:ident),+;)+) => {
        $(mod $module {
            mod sqlite {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::$module::$case(&crate::Place::sqlite()).await;
                })+
            }
            mod postgres {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    if let Some(place) = crate::Place::postgres().await {
                        crate::$module::$case(&place).await;
                    }
                })+
            }
        })+
    };
}

mod both {
    suite! {
        registry: devices_come_back_as_they_were_made, many_are_found_at_once, names_are_unique, updates_follow_the_etag,
            steps_of_life_are_checked, deleting_takes_everything_but_events,
            a_name_can_be_used_again, first_twins_obey_the_limits, the_scan_sees_every_device;
        twins: reports_move_versions, service_writes_move_the_etag, conflicts_change_nothing,
            refused_writes_change_nothing, replacement_clears_the_rest, order_holds_within_a_batch,
            many_reporters_lose_nothing, many_are_read_at_once, drift_follows_both_sides, unknown_devices_are_not_found,
            a_damaged_twin_harms_nobody_else;
        modules: modules_come_back_as_they_were_made, a_device_has_so_many_modules_at_most,
            the_scan_sees_every_module, module_updates_follow_the_etag, module_twins_are_their_own, module_sessions_outlive_the_store,
            modules_go_with_their_device, the_hook_hears_of_modules;
        operations: targets_are_written_down_in_parts, a_batch_changes_devices_targets_and_numbers_together,
            a_repeated_batch_changes_nothing, what_is_begun_may_finish_and_nothing_else, failed_targets_begin_again,
            a_device_is_held_by_one_operation, newcomers_join_once, job_ids_are_unique, old_jobs_are_forgotten, drafts_are_their_owners,
            random_batches_keep_the_numbers_right, workers_that_die_lose_and_repeat_nothing;
        presence: the_first_contact_activates, activity_is_the_latest_of_all,
            a_connection_outlives_the_store;
        messages: messages_come_back_newest_first, any_bytes_are_kept, ranges_are_half_open;
        series: the_log_is_taken_in_order, series_are_made_once, points_and_sums_come_back, old_pages_go,
            series_go_with_their_device;
        subscriptions: sessions_outlive_the_store, clean_sessions_leave_nothing,
            subscribing_needs_a_session;
        events: pages_walk_both_ways, filters_narrow, cursors_belong_to_their_question,
            followers_see_every_event, retention_keeps_what_people_did, calls_of_methods_are_found,
            events_of_an_operation_are_found;
        audit: the_chain_holds, policies_are_audited, a_changed_entry_is_found, a_removed_entry_is_found,
            a_cut_off_end_is_found;
        people: accounts_come_back, names_are_unique_too, the_last_admin_stays,
            deactivation_ends_sessions;
        web_sessions: sessions_are_saved_and_renewed, a_session_that_was_ended_stays_ended, ending_all_but_one,
            ended_sessions_are_removed;
        tokens: tokens_come_back, names_and_numbers_of_tokens_are_bounded, revoking_is_once_and_by_its_person,
            use_is_noted_by_the_minute, deactivation_revokes_tokens, the_trail_names_the_token;
        embeds: embeds_come_back, names_and_numbers_of_embeds_are_bounded, revoking_an_embed_is_once,
            uses_of_embeds_add_up, ended_embeds_are_removed;
        idempotency: a_request_is_answered_once, remembered_requests_are_bounded;
        views: views_come_back, others_see_shared_ones_only, names_and_numbers_have_bounds,
            a_pin_goes_with_its_view;
        transfers: one_runs_at_a_time, they_stand_between_operations, failed_lines_are_kept_with_the_progress;
        firmware: artifacts_come_back, the_number_of_artifacts_is_bounded, the_key_of_links_is_made_once;
        configurations: configurations_come_back, there_are_so_many_configurations_at_most,
            applying_writes_twins_and_standings, a_change_of_somebody_is_put_back_once, what_has_no_room_is_said,
            stale_callers_change_nothing, covered_devices_are_walked, modules_are_covered_too;
        approvals: requests_come_back, what_waits_comes_first, the_first_of_two_wins, what_is_stale_is_not_done,
            nobody_decides_too_late, new_accounts_wait_closed;
        alerts: rules_come_back, one_alert_lives_per_rule_and_device, what_is_done_is_kept_with_its_event,
            what_comes_back_soon_is_counted, ended_alerts_walk_both_ways, alerts_go_with_their_device;
        sheets: sheets_come_back, sheets_follow_the_demand, names_of_sheets_are_unique_per_kind, the_zone_is_kept,
            a_gate_keeps_its_window;
        revisions: every_version_comes_back, revisions_are_paged_both_ways, history_belongs_to_one_device,
            going_back_says_so, retention_keeps_revisions;
        keys: a_rotation_goes_its_way, an_unfinished_rotation_is_taken_up, keys_that_people_set_are_new;
        health: hours_keep_their_worst_moment, notes_belong_to_a_scope;
        small: policies_are_made_once, settings_are_kept, samples_are_kept, a_healthy_store_has_no_findings;
        hook: the_hook_hears_everything_in_order, the_hook_hears_before_the_caller;
        faults: a_bad_command_harms_nobody_else, another_master_key_is_refused, a_newer_schema_is_refused,
            a_second_writer_is_refused, a_closed_store_says_so, counters_go_on_after_reopening;
        files: keys_are_not_in_the_clear;
        statements: every_statement_prepares;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_survives_a_full_disk() {
    files::a_full_disk_loses_nothing(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_files_are_private() {
    files::files_are_private(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_its_log_short() {
    files::the_log_stays_short(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_backups_open() {
    files::a_backup_opens(&Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_names_its_own_backup_tool() {
    if let Some(place) = Place::postgres().await {
        files::postgres_has_its_own_tools(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_may_go_and_come_back() {
    if let Some((server, place)) = Place::own_postgres().await {
        faults::acknowledged_writes_survive_a_crash(&server, &place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_fences_a_writer_that_lost_its_lease() {
    if let Some(place) = Place::postgres().await {
        faults::a_writer_without_lease_writes_nothing(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_lets_an_abandoned_lease_run_out() {
    if let Some(place) = Place::postgres().await {
        faults::an_abandoned_lease_runs_out(&place).await;
    }
}
