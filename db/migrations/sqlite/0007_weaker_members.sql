ALTER TABLE `city_members` ADD `methods` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `city_residents` ADD `guardian_id` integer REFERENCES city_residents(id) ON DELETE SET NULL;--> statement-breakpoint
CREATE INDEX `city_residents_by_guardian` ON `city_residents` (`guardian_id`);--> statement-breakpoint
UPDATE `city_members` SET `methods` = (SELECT `methods` FROM `city_residents` WHERE `id` = `resident_id`);--> statement-breakpoint
UPDATE `city_residents` SET `guardian_id` = (SELECT min(`consented_by`) FROM `city_members` WHERE `resident_id` = `city_residents`.`id`);
