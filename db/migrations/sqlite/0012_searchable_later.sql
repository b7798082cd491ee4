DROP INDEX `audit_by_actor`;--> statement-breakpoint
DROP INDEX `audit_by_action`;--> statement-breakpoint
DROP INDEX `audit_by_site`;--> statement-breakpoint
DROP INDEX `audit_by_subject`;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `searchable` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_by_actor` ON `audit_events` (`actor`,`id`) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_action` ON `audit_events` (`action`,`id`) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_site` ON `audit_events` (`site_code`,`id`) WHERE "searchable" = 1;--> statement-breakpoint
CREATE INDEX `audit_by_subject` ON `audit_events` (substr("subject", 1, 24)) WHERE "searchable" = 1;