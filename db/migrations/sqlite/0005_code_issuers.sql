CREATE TABLE `code_issuers` (
	`code` text PRIMARY KEY NOT NULL,
	`city_code` text NOT NULL,
	`label` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` text NOT NULL,
	`revoked_at` text,
	FOREIGN KEY (`city_code`) REFERENCES `cities`(`code`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `code_issuers_by_city` ON `code_issuers` (`city_code`,`code`);--> statement-breakpoint
ALTER TABLE `sites` ADD `unknown_issuers` integer DEFAULT true NOT NULL;