CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `accounts_by_user` ON `accounts` (`user_id`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` text NOT NULL,
	`action` text NOT NULL,
	`outcome` text NOT NULL,
	`actor` text NOT NULL,
	`actor_role` text NOT NULL,
	`site_code` text,
	`subject` text,
	`detail` text,
	`request_id` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_by_actor` ON `audit_events` (`actor`,`id`);--> statement-breakpoint
CREATE TABLE `cities` (
	`code` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `filings` (
	`app_record_no_recognize` text PRIMARY KEY NOT NULL,
	`app_record_no` text NOT NULL,
	`app_name` text NOT NULL,
	`city_code` text NOT NULL,
	`state` text NOT NULL,
	FOREIGN KEY (`city_code`) REFERENCES `cities`(`code`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `filings_by_app_record_no` ON `filings` (`app_record_no`);--> statement-breakpoint
CREATE TABLE `authentication_records` (
	`id` text PRIMARY KEY NOT NULL,
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
	`cd_operation` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `records_by_card` ON `authentication_records` (`erhc_card_no`,`cd_time`,`id`);--> statement-breakpoint
CREATE INDEX `records_by_time` ON `authentication_records` (`cd_time`,`id`);--> statement-breakpoint
CREATE INDEX `records_by_name` ON `authentication_records` (`name`,`id`);--> statement-breakpoint
CREATE INDEX `records_by_idcode` ON `authentication_records` (`idcode`,`cd_time`,`id`);--> statement-breakpoint
CREATE INDEX `records_by_phone` ON `authentication_records` (`phone`,`cd_time`,`id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_unique` ON `sessions` (`token`);--> statement-breakpoint
CREATE INDEX `sessions_by_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sites` (
	`code` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`paper` text NOT NULL,
	`next_station` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `staff` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`username` text NOT NULL,
	`display_username` text,
	`role` text NOT NULL,
	`site_code` text,
	`city_code` text,
	FOREIGN KEY (`site_code`) REFERENCES `sites`(`code`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`city_code`) REFERENCES `cities`(`code`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_email_unique` ON `staff` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `staff_username_unique` ON `staff` (`username`);--> statement-breakpoint
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `verifications_by_identifier` ON `verifications` (`identifier`);--> statement-breakpoint
CREATE TABLE `voucher_serials` (
	`site_code` text NOT NULL,
	`day` text NOT NULL,
	`last_serial` integer NOT NULL,
	FOREIGN KEY (`site_code`) REFERENCES `sites`(`code`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `voucher_serials_key` ON `voucher_serials` (`site_code`,`day`);--> statement-breakpoint
CREATE TABLE `vouchers` (
	`voucher_no` text PRIMARY KEY NOT NULL,
	`site_code` text NOT NULL,
	`day` text NOT NULL,
	`serial` integer NOT NULL,
	`erhc_card_no` text NOT NULL,
	`record_id` text NOT NULL,
	`snapshot` text NOT NULL,
	`issued_at` text NOT NULL,
	`issued_by` text NOT NULL,
	`print_count` integer NOT NULL,
	`voided_at` text,
	`voided_by` text,
	`void_reason` text,
	FOREIGN KEY (`site_code`) REFERENCES `sites`(`code`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`record_id`) REFERENCES `authentication_records`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`issued_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`voided_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vouchers_by_serial` ON `vouchers` (`site_code`,`day`,`serial`);--> statement-breakpoint
CREATE UNIQUE INDEX `vouchers_live` ON `vouchers` (`site_code`,`day`,`erhc_card_no`) WHERE "vouchers"."voided_at" is null;--> statement-breakpoint
CREATE INDEX `vouchers_by_issuer` ON `vouchers` (`issued_by`,`day`,`serial`);