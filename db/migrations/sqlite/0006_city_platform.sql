CREATE TABLE `city_accounts` (
	`id` integer PRIMARY KEY NOT NULL,
	`token_digest` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `city_accounts_token_digest_unique` ON `city_accounts` (`token_digest`);--> statement-breakpoint
CREATE TABLE `city_members` (
	`account_id` integer NOT NULL,
	`resident_id` integer NOT NULL,
	`relation` text NOT NULL,
	`consented_at` text NOT NULL,
	`consent_version` text NOT NULL,
	`consented_by` integer,
	PRIMARY KEY(`account_id`, `resident_id`),
	FOREIGN KEY (`account_id`) REFERENCES `city_accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resident_id`) REFERENCES `city_residents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`consented_by`) REFERENCES `city_residents`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `city_members_by_resident` ON `city_members` (`resident_id`);--> statement-breakpoint
CREATE INDEX `city_members_by_guardian` ON `city_members` (`consented_by`);--> statement-breakpoint
CREATE TABLE `city_outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`record_id` text NOT NULL,
	`operation` text NOT NULL,
	`cd_time` text NOT NULL,
	`record` text,
	`cd_batch` text,
	`state` text NOT NULL,
	`errors` text,
	`created_at` text NOT NULL,
	`settled_at` text
);
--> statement-breakpoint
CREATE INDEX `city_outbox_by_state` ON `city_outbox` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `city_outbox_by_record` ON `city_outbox` (`record_id`,`id`);--> statement-breakpoint
CREATE INDEX `city_outbox_by_batch` ON `city_outbox` (`cd_batch`,`id`);--> statement-breakpoint
CREATE INDEX `city_outbox_by_time` ON `city_outbox` (`state`,`cd_time`);--> statement-breakpoint
CREATE TABLE `city_register` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`id_card_type_code` text NOT NULL,
	`idcode` text NOT NULL,
	`phone` text,
	`nation` text,
	`on_site_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `city_register_key` ON `city_register` (`id_card_type_code`,`idcode`);--> statement-breakpoint
CREATE TABLE `city_residents` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`id_card_type_code` text NOT NULL,
	`idcode` text NOT NULL,
	`sex` text NOT NULL,
	`nation` text,
	`nationality` text,
	`birthday` text NOT NULL,
	`phone` text NOT NULL,
	`linkman` text,
	`erhc_card_no` text NOT NULL,
	`empi` text NOT NULL,
	`methods` text NOT NULL,
	`record_id` text NOT NULL,
	`authenticated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `city_residents_record_id_unique` ON `city_residents` (`record_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `city_residents_key` ON `city_residents` (`id_card_type_code`,`idcode`);