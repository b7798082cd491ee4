-- SQLite looks up and writes the last id of a table with AUTOINCREMENT at each row. The events' ids are given by their chain.
CREATE TABLE `__new_audit_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`action` text NOT NULL,
	`outcome` text NOT NULL,
	`actor` text NOT NULL,
	`actor_role` text NOT NULL,
	`site_code` text,
	`subject` text,
	`detail` text,
	`request_id` text NOT NULL,
	`hash` text,
	`searchable` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_audit_events`("id", "at", "action", "outcome", "actor", "actor_role", "site_code", "subject", "detail", "request_id", "hash", "searchable") SELECT "id", "at", "action", "outcome", "actor", "actor_role", "site_code", "subject", "detail", "request_id", "hash", "searchable" FROM `audit_events`;--> statement-breakpoint
DROP TABLE `audit_events`;--> statement-breakpoint
ALTER TABLE `__new_audit_events` RENAME TO `audit_events`;--> statement-breakpoint
CREATE INDEX `audit_by_actor` ON `audit_events` (`actor`,`id`) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_action` ON `audit_events` (`action`,`id`) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_site` ON `audit_events` (`site_code`,`id`) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_subject` ON `audit_events` (substr("subject", 1, 24)) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit_events` (`at`) WHERE "searchable" = 1;