CREATE TABLE `filing_files` (
	`id` text PRIMARY KEY NOT NULL,
	`filing_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`content_type` text NOT NULL,
	`size` integer NOT NULL,
	`digest` text NOT NULL,
	`content` blob NOT NULL,
	`added_at` text NOT NULL,
	`removed_at` text,
	FOREIGN KEY (`filing_id`) REFERENCES `filings`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `filing_files_by_filing` ON `filing_files` (`filing_id`,`kind`,`added_at`);--> statement-breakpoint
CREATE TABLE `filing_moves` (
	`id` integer PRIMARY KEY NOT NULL,
	`filing_id` integer NOT NULL,
	`at` text NOT NULL,
	`move` text NOT NULL,
	`from_state` text NOT NULL,
	`to_state` text NOT NULL,
	`version` integer NOT NULL,
	`actor` text NOT NULL,
	`opinion` text,
	FOREIGN KEY (`filing_id`) REFERENCES `filings`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `filing_moves_by_filing` ON `filing_moves` (`filing_id`,`id`);--> statement-breakpoint
CREATE TABLE `filing_versions` (
	`id` integer PRIMARY KEY NOT NULL,
	`filing_id` integer NOT NULL,
	`version` integer NOT NULL,
	`app_name` text NOT NULL,
	`form` text NOT NULL,
	`screens` text NOT NULL,
	`submitted_at` text NOT NULL,
	FOREIGN KEY (`filing_id`) REFERENCES `filings`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `filing_versions_key` ON `filing_versions` (`filing_id`,`version`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_filings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`city_code` text NOT NULL,
	`state` text NOT NULL,
	`app_name` text NOT NULL,
	`form` text NOT NULL,
	`version` integer NOT NULL,
	`app_record_no_recognize` text,
	`app_record_no` text,
	`opinion` text,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`city_code`) REFERENCES `cities`(`code`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_filings`("city_code", "state", "app_name", "form", "version", "app_record_no_recognize", "app_record_no", "opinion", "updated_at") SELECT "city_code", "state", "app_name", '{"appOrganisation":"","organisationRecordNo":"","builder":"","builderContact":"","developer":"","developerContact":"","authenticationMethod":""}', 0, "app_record_no_recognize", "app_record_no", NULL, strftime('%Y-%m-%dT%H:%M:%fZ') FROM `filings`;--> statement-breakpoint
DROP TABLE `filings`;--> statement-breakpoint
ALTER TABLE `__new_filings` RENAME TO `filings`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `filings_app_record_no_recognize_unique` ON `filings` (`app_record_no_recognize`);--> statement-breakpoint
CREATE UNIQUE INDEX `filings_app_record_no_unique` ON `filings` (`app_record_no`);--> statement-breakpoint
CREATE INDEX `filings_by_city` ON `filings` (`city_code`,`id`);--> statement-breakpoint
CREATE INDEX `filings_by_state` ON `filings` (`state`,`id`);--> statement-breakpoint
ALTER TABLE `audit_events` ADD `hash` text;--> statement-breakpoint
ALTER TABLE `sites` ADD `division_code` text;--> statement-breakpoint
ALTER TABLE `sites` ADD `kiosk_printing` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sites` ADD `static_codes` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `staff` ADD `locked_at` text;