-- The indexes' columns are NOT NULL for whoever writes; here they may be null, as nothing in SQL can compute them: db/unlock.ts fills them.
CREATE TABLE `data_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`proof` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sealing_progress` (
	`task` text NOT NULL,
	`part` text NOT NULL,
	`key_id` text NOT NULL,
	`position` text,
	`done` integer NOT NULL,
	PRIMARY KEY(`task`, `part`)
);
--> statement-breakpoint
DROP INDEX `city_register_key`;--> statement-breakpoint
ALTER TABLE `city_register` ADD `idcode_index` text;--> statement-breakpoint
CREATE UNIQUE INDEX `city_register_key` ON `city_register` (`id_card_type_code`,`idcode_index`);--> statement-breakpoint
DROP INDEX `city_residents_key`;--> statement-breakpoint
ALTER TABLE `city_residents` ADD `idcode_index` text;--> statement-breakpoint
CREATE UNIQUE INDEX `city_residents_key` ON `city_residents` (`id_card_type_code`,`idcode_index`);--> statement-breakpoint
DROP INDEX `records_by_idcode`;--> statement-breakpoint
DROP INDEX `records_by_phone`;--> statement-breakpoint
ALTER TABLE `authentication_records` ADD `idcode_index` text;--> statement-breakpoint
ALTER TABLE `authentication_records` ADD `phone_index` text;--> statement-breakpoint
CREATE INDEX `records_by_idcode` ON `authentication_records` (`idcode_index`);--> statement-breakpoint
CREATE INDEX `records_by_phone` ON `authentication_records` (`phone_index`);