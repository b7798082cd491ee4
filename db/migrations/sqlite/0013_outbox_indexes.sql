DROP INDEX `city_members_by_guardian`;--> statement-breakpoint
CREATE INDEX `city_members_by_guardian` ON `city_members` (`consented_by`) WHERE "consented_by" is not null;--> statement-breakpoint
DROP INDEX `city_outbox_by_state`;--> statement-breakpoint
DROP INDEX `city_outbox_by_batch`;--> statement-breakpoint
DROP INDEX `city_outbox_by_time`;--> statement-breakpoint
CREATE INDEX `city_outbox_by_state` ON `city_outbox` (`state`,`id`) WHERE "state" <> 'accepted';--> statement-breakpoint
CREATE INDEX `city_outbox_by_batch` ON `city_outbox` (`cd_batch`,`id`) WHERE "cd_batch" is not null;--> statement-breakpoint
CREATE INDEX `city_outbox_by_time` ON `city_outbox` (`cd_time`) WHERE "state" = 'accepted';--> statement-breakpoint
DROP INDEX `city_residents_by_guardian`;--> statement-breakpoint
CREATE INDEX `city_residents_by_guardian` ON `city_residents` (`guardian_id`) WHERE "guardian_id" is not null;