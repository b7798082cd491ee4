CREATE TABLE `figures` (
	`day` text NOT NULL,
	`hour` integer NOT NULL,
	`place` text NOT NULL,
	`metric` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `hour`, `place`, `metric`)
);
--> statement-breakpoint
CREATE TABLE `figures_head` (
	`key` integer PRIMARY KEY NOT NULL,
	`last_id` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `figures_head` VALUES (1, 0);
--> statement-breakpoint
CREATE TABLE `record_facets` (
	`id` integer PRIMARY KEY NOT NULL,
	`cd_source` text NOT NULL,
	`app_record_no_recognize` text NOT NULL,
	`state` text NOT NULL,
	`methods` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `record_facets_key` ON `record_facets` (`cd_source`,`app_record_no_recognize`,`state`,`methods`);--> statement-breakpoint
INSERT INTO `record_facets` (`cd_source`, `app_record_no_recognize`, `state`, `methods`)
SELECT DISTINCT `cd_source`, `app_record_no_recognize`, CASE WHEN `cd_operation` = 'd' THEN 'withdrawn' WHEN `recognize_flag` = 1 THEN 'authenticated' ELSE 'unauthenticated' END, coalesce(`authentication_method`, '') FROM `authentication_records`;
--> statement-breakpoint
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
	`warnings` text,
	`facet_id` integer NOT NULL,
	FOREIGN KEY (`facet_id`) REFERENCES `record_facets`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_authentication_records` (`seq`, `id`, `erhc_card_no`, `empi`, `name`, `sex`, `nation`, `nationality`, `birthday`, `address`, `id_card_type_code`, `idcode`, `phone`, `linkman`, `telephone`, `birthplace`, `county_code`, `current_address`, `authentication_method`, `app_record_no`, `app_record_no_recognize`, `recognize_flag`, `cd_time`, `cd_source`, `cd_batch`, `cd_operation`, `warnings`, `facet_id`)
SELECT r.`seq`, r.`id`, r.`erhc_card_no`, r.`empi`, r.`name`, r.`sex`, r.`nation`, r.`nationality`, r.`birthday`, r.`address`, r.`id_card_type_code`, r.`idcode`, r.`phone`, r.`linkman`, r.`telephone`, r.`birthplace`, r.`county_code`, r.`current_address`, r.`authentication_method`, r.`app_record_no`, r.`app_record_no_recognize`, r.`recognize_flag`, r.`cd_time`, r.`cd_source`, r.`cd_batch`, r.`cd_operation`, r.`warnings`, f.`id` FROM `authentication_records` r JOIN `record_facets` f
  ON f.`cd_source` = r.`cd_source` AND f.`app_record_no_recognize` = r.`app_record_no_recognize`
  AND f.`state` = CASE WHEN r.`cd_operation` = 'd' THEN 'withdrawn' WHEN r.`recognize_flag` = 1 THEN 'authenticated' ELSE 'unauthenticated' END AND f.`methods` = coalesce(r.`authentication_method`, '')
  ORDER BY r.`seq`;
--> statement-breakpoint
DROP TABLE `authentication_records`;--> statement-breakpoint
ALTER TABLE `__new_authentication_records` RENAME TO `authentication_records`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `authentication_records_id_unique` ON `authentication_records` (`id`);--> statement-breakpoint
CREATE INDEX `records_by_card` ON `authentication_records` (substr(`erhc_card_no`, 1, 16));--> statement-breakpoint
CREATE INDEX `records_by_time` ON `authentication_records` (`cd_time`);--> statement-breakpoint
CREATE INDEX `records_by_idcode` ON `authentication_records` (`idcode`);--> statement-breakpoint
CREATE INDEX `records_by_phone` ON `authentication_records` (`phone`);--> statement-breakpoint
CREATE INDEX `records_by_facet` ON `authentication_records` (`facet_id`,`cd_time`);--> statement-breakpoint
CREATE INDEX `records_by_name` ON `authentication_records` (`facet_id`,`name`,`cd_time`);--> statement-breakpoint
DROP INDEX `vouchers_by_issuer`;--> statement-breakpoint
CREATE INDEX `vouchers_by_day` ON `vouchers` (`day`,`issued_at`,`voucher_no`);--> statement-breakpoint
CREATE INDEX `vouchers_voided` ON `vouchers` (`day`,`issued_at`,`voucher_no`) WHERE "vouchers"."voided_at" is not null;--> statement-breakpoint
CREATE INDEX `vouchers_by_record` ON `vouchers` (`record_id`);--> statement-breakpoint
CREATE INDEX `vouchers_by_issuer` ON `vouchers` (`issued_by`,`day`,`issued_at`,`voucher_no`);--> statement-breakpoint
CREATE INDEX `audit_by_action` ON `audit_events` (`action`,`id`);--> statement-breakpoint
CREATE INDEX `audit_by_site` ON `audit_events` (`site_code`,`id`);--> statement-breakpoint
CREATE INDEX `audit_by_subject` ON `audit_events` (substr(`subject`, 1, 24));--> statement-breakpoint
CREATE INDEX `audit_by_time` ON `audit_events` (`at`);--> statement-breakpoint
CREATE INDEX `sites_by_division` ON `sites` (`division_code`,`code`);--> statement-breakpoint
CREATE INDEX `sites_by_name` ON `sites` (`name`,`code`);--> statement-breakpoint
CREATE INDEX `staff_by_site` ON `staff` (`site_code`,`username`);--> statement-breakpoint
CREATE INDEX `staff_by_city` ON `staff` (`city_code`,`username`);--> statement-breakpoint
CREATE INDEX `staff_by_role` ON `staff` (`role`,`username`);--> statement-breakpoint
CREATE INDEX `staff_by_name` ON `staff` (`name`,`username`);--> statement-breakpoint
CREATE INDEX `staff_locked` ON `staff` (`username`) WHERE "staff"."locked_at" is not null;