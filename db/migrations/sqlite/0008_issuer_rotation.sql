ALTER TABLE `code_issuers` ADD `previous_sealed` text;--> statement-breakpoint
ALTER TABLE `code_issuers` ADD `previous_until` text;