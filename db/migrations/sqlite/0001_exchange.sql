CREATE TABLE `batch_issues` (
	`id` integer PRIMARY KEY NOT NULL,
	`batch_id` integer NOT NULL,
	`row` integer NOT NULL,
	`record_id` text,
	`errors` text,
	`warnings` text,
	FOREIGN KEY (`batch_id`) REFERENCES `batches`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `batch_issues_key` ON `batch_issues` (`batch_id`,`row`);--> statement-breakpoint
CREATE TABLE `batches` (
	`id` integer PRIMARY KEY NOT NULL,
	`cd_batch` text NOT NULL,
	`city_code` text NOT NULL,
	`app_id` text NOT NULL,
	`received_at` text NOT NULL,
	`digest` text NOT NULL,
	`total` integer NOT NULL,
	`accepted` integer NOT NULL,
	`unchanged` integer NOT NULL,
	`rejected` integer NOT NULL,
	`warnings` integer NOT NULL,
	FOREIGN KEY (`city_code`) REFERENCES `cities`(`code`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`app_id`) REFERENCES `credentials`(`app_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `batches_cd_batch_unique` ON `batches` (`cd_batch`);--> statement-breakpoint
CREATE INDEX `batches_by_city` ON `batches` (`city_code`);--> statement-breakpoint
CREATE TABLE `credential_secrets` (
	`id` integer PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`digest` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	FOREIGN KEY (`app_id`) REFERENCES `credentials`(`app_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `credential_secrets_digest_unique` ON `credential_secrets` (`digest`);--> statement-breakpoint
CREATE INDEX `credential_secrets_by_app` ON `credential_secrets` (`app_id`);--> statement-breakpoint
CREATE TABLE `credentials` (
	`app_id` text PRIMARY KEY NOT NULL,
	`city_code` text NOT NULL,
	`label` text NOT NULL,
	`created_at` text NOT NULL,
	`revoked_at` text,
	FOREIGN KEY (`city_code`) REFERENCES `cities`(`code`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `credentials_by_city` ON `credentials` (`city_code`,`app_id`);--> statement-breakpoint
CREATE TABLE `nonces` (
	`app_id` text NOT NULL,
	`nonce` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `nonces_key` ON `nonces` (`app_id`,`nonce`);--> statement-breakpoint
CREATE INDEX `nonces_by_time` ON `nonces` (`at`);--> statement-breakpoint
CREATE TABLE `record_changes` (
	`id` integer PRIMARY KEY NOT NULL,
	`record_seq` integer NOT NULL,
	`batch_id` integer NOT NULL,
	`operation` text NOT NULL,
	`cd_time` text NOT NULL,
	`app_record_no_recognize` text NOT NULL,
	`changed_fields` text,
	FOREIGN KEY (`record_seq`) REFERENCES `authentication_records`(`seq`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`batch_id`) REFERENCES `batches`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `record_changes_by_record` ON `record_changes` (`record_seq`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_authentication_records` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`erhc_card_no` text NOT NULL,
	`empi` text NOT NULL,
	`name` text NOT NULL,
	`sex` text NOT NULL,
	`nation` text,
	`nationality` text,
	`birthday` text NOT NULL,
	`address` text,
	`id_card_type_code` text NOT NULL,
	`idcode` text NOT NULL,
	`phone` text NOT NULL,
	`linkman` text,
	`telephone` text,
	`birthplace` text,
	`county_code` text,
	`current_address` text,
	`authentication_method` text,
	`app_record_no` text NOT NULL,
	`app_record_no_recognize` text NOT NULL,
	`recognize_flag` integer NOT NULL,
	`cd_time` text NOT NULL,
	`cd_source` text NOT NULL,
	`cd_batch` text NOT NULL,
	`cd_operation` text NOT NULL,
	`warnings` text
);
--> statement-breakpoint
INSERT INTO `__new_authentication_records`("id", "erhc_card_no", "empi", "name", "sex", "nation", "nationality", "birthday", "address", "id_card_type_code", "idcode", "phone", "linkman", "telephone", "birthplace", "county_code", "current_address", "authentication_method", "app_record_no", "app_record_no_recognize", "recognize_flag", "cd_time", "cd_source", "cd_batch", "cd_operation") SELECT "id", "erhc_card_no", "empi", "name", "sex", "nation", "nationality", "birthday", "address", "id_card_type_code", "idcode", "phone", "linkman", "telephone", "birthplace", "county_code", "current_address", "authentication_method", "app_record_no", "app_record_no_recognize", "recognize_flag", "cd_time", "cd_source", "cd_batch", "cd_operation" FROM `authentication_records`;--> statement-breakpoint
DROP TABLE `authentication_records`;--> statement-breakpoint
ALTER TABLE `__new_authentication_records` RENAME TO `authentication_records`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `authentication_records_id_unique` ON `authentication_records` (`id`);--> statement-breakpoint
CREATE INDEX `records_by_card` ON `authentication_records` (substr(`erhc_card_no`, 1, 16));--> statement-breakpoint
CREATE INDEX `records_by_time` ON `authentication_records` (`cd_time`);--> statement-breakpoint
CREATE INDEX `records_by_source` ON `authentication_records` (`cd_source`,`cd_time`);--> statement-breakpoint
CREATE INDEX `records_by_name` ON `authentication_records` (`name`);--> statement-breakpoint
CREATE INDEX `records_by_idcode` ON `authentication_records` (`idcode`);--> statement-breakpoint
CREATE INDEX `records_by_phone` ON `authentication_records` (`phone`);--> statement-breakpoint
CREATE INDEX `filings_by_city` ON `filings` (`city_code`);